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
    const std::uint32_t tail = Count(tail_.value);
    const std::uint32_t full = tail - static_cast<std::uint32_t>(capacity());
    if (!WaitWhile(head_.value, full)) return false;
    slots_[tail % slots_.size()] = std::move(value);
    tail_.value.fetch_add(kOne);
    tail_.value.notify_one();
    return true;
  }

  /// Waits for a value. Returns nullopt once the queue is closed and empty, or
  /// aborted.
  std::optional<T> Pop() {
    const std::uint32_t head = Count(head_.value);
    const bool open = WaitWhile(tail_.value, head);
    if (aborted_.load(std::memory_order_acquire)) return std::nullopt;
    const std::uint32_t filled = (Count(tail_.value) - head) & kCountMask;
    if (!open && filled == 0) return std::nullopt;
    T value = std::move(slots_[head % slots_.size()]);
    head_.value.fetch_add(kOne);
    head_.value.notify_one();
    return value;
  }

  /// No more values: Pop gives what is left, then nullopt.
  void Close() { End(tail_.value); }

  /// Ends all waiting at once; values inside are dropped.
  void Abort() {
    aborted_.store(true, std::memory_order_release);
    End(tail_.value);
    End(head_.value);
  }

  std::size_t capacity() const { return slots_.size(); }

 private:
  // A word holds a count of values in its upper 31 bits, and whether the side
  // that counts has ended in its lowest, so that ending wakes the other side.
  using Word = std::atomic<std::uint32_t>;
  static constexpr std::uint32_t kEnded = 1;
  static constexpr std::uint32_t kOne = 2;
  static constexpr std::uint32_t kCountMask = 0x7fffffff;
  struct alignas(64) PaddedWord {
    Word value{0};
  };

  static std::uint32_t Count(const Word& word) {
    return word.load(std::memory_order_acquire) >> 1;
  }
  static void End(Word& word) {
    word.fetch_or(kEnded, std::memory_order_release);
    word.notify_all();
  }

  // Returns true once the word's count differs from `count`, and false when it
  // ends instead.
  bool WaitWhile(const Word& word, std::uint32_t count) const {
    const std::uint32_t masked = count << 1;
    std::uint32_t value = word.load(std::memory_order_acquire);
    if (value == masked) value = Spin(word, masked);
    while (value == masked) {
      word.wait(value, std::memory_order_acquire);
      value = word.load(std::memory_order_acquire);
    }
    return (value & kEnded) == 0;
  }

  std::uint32_t Spin(const Word& word, std::uint32_t old) const {
    const auto deadline = std::chrono::steady_clock::now() + spin_;
    std::uint32_t value = old;
    do {
      std::this_thread::yield();
      value = word.load(std::memory_order_acquire);
    } while (value == old && std::chrono::steady_clock::now() < deadline);
    return value;
  }

  std::vector<T> slots_;
  std::chrono::nanoseconds spin_;
  std::atomic<bool> aborted_{false};
  PaddedWord head_;  // taken by the consumer
  PaddedWord tail_;  // given by the producer
};

}  // namespace coralline
