#pragma once

#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "coralline/base/check.h"

namespace coralline {

/// A bounded first-in first-out queue between one producing and one consuming
/// thread. Whoever has to wait yields the processor for a short time first, so
/// that two busy threads hand over without a system call, then blocks, so that
/// an idle queue costs nothing.
///
/// Push and Close belong to the producing thread, Pop to the consuming one,
/// Abort to any thread.
template <typename T>
class BoundedQueue {
 public:
  /// Room for at least `capacity` values, rounded up to a power of two.
  /// Requires capacity >= 1.
  BoundedQueue(int capacity, std::chrono::nanoseconds spin)
      : slots_(std::bit_ceil(static_cast<std::size_t>(capacity))), spin_(spin) {
    CORALLINE_CHECK(capacity >= 1);
  }

  /// Waits for room. Returns false, without the value, once aborted.
  bool Push(T value) {
    const std::uint32_t tail = tail_.Count();
    const auto room = static_cast<std::uint32_t>(capacity() - 1);
    if (!WaitUntil(head_, tail - room) || aborted_.load()) return false;
    slots_[tail % slots_.size()] = std::move(value);
    tail_.Increment();
    return true;
  }

  /// Waits for a value. Returns nullopt once the queue is closed and empty, or
  /// aborted.
  std::optional<T> Pop() {
    const std::uint32_t head = head_.Count();
    if (!WaitUntil(tail_, head + 1) || aborted_.load()) return std::nullopt;
    T value = std::move(slots_[head % slots_.size()]);
    head_.Increment();
    return value;
  }

  /// Waits until `count` values are inside, or the queue has ended, so that a
  /// consumer in no hurry is woken once for all of them. Belongs to the
  /// consuming thread. Requires count <= capacity().
  void WaitForValues(int count) {
    CORALLINE_CHECK(static_cast<std::size_t>(count) <= capacity());
    WaitUntil(tail_, head_.Count() + static_cast<std::uint32_t>(count));
  }

  /// No more values: Pop gives what is left, then nullopt.
  void Close() { tail_.End(); }

  /// Ends all waiting at once; values inside are dropped.
  void Abort() {
    aborted_.store(true);
    tail_.End();
    head_.End();
  }

  std::size_t capacity() const { return slots_.size(); }

 private:
  // How many values one side has handled, and for which count the other side
  // sleeps, so that it is woken once and not at every step on the way there.
  // The word holds the count in its upper 31 bits, and in its lowest whether
  // the side has ended, so that ending wakes the other one.
  class alignas(64) Counter {
   public:
    std::uint32_t Count() const { return word_.load() / kOne; }
    bool Ended() const { return (word_.load() & kEnded) != 0; }
    void Increment() {
      const std::uint32_t count = (word_.fetch_add(kOne) + kOne) / kOne;
      if (count == wanted_.load()) word_.notify_one();
    }
    void End() {
      word_.fetch_or(kEnded);
      word_.notify_all();
    }
    bool Reached(std::uint32_t count) const {
      return ((Count() - count) & kCountMask) <= kCountMask / 2;
    }
    // Sleeps until the count is reached or the side ends.
    void Wait(std::uint32_t count) {
      wanted_.store(count & kCountMask);
      for (auto word = word_.load(); !Reached(count) && (word & kEnded) == 0;
           word = word_.load()) {
        word_.wait(word);
      }
    }

   private:
    static constexpr std::uint32_t kEnded = 1;
    static constexpr std::uint32_t kOne = 2;
    static constexpr std::uint32_t kCountMask = 0x7fffffff;
    std::atomic<std::uint32_t> word_{0};
    std::atomic<std::uint32_t> wanted_{0};
  };

  // Returns true once the counter reaches `count`, false when it ends before.
  bool WaitUntil(Counter& counter, std::uint32_t count) {
    if (!counter.Reached(count) && !Spin(counter, count)) counter.Wait(count);
    return counter.Reached(count);
  }

  bool Spin(const Counter& counter, std::uint32_t count) const {
    const auto deadline = std::chrono::steady_clock::now() + spin_;
    do {
      std::this_thread::yield();
      if (counter.Reached(count) || counter.Ended()) return true;
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
  }

  std::vector<T> slots_;
  std::chrono::nanoseconds spin_;
  std::atomic<bool> aborted_{false};
  Counter head_;  // taken by the consumer
  Counter tail_;  // given by the producer
};

}  // namespace coralline
