#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace coralline::internal {

/// How long a thread yields before it sleeps. One that has mostly waited longer
/// of late sleeps at once: yielding would gain it nothing.
class SpinBudget {
 public:
  explicit SpinBudget(std::chrono::nanoseconds limit) : limit_(limit) {}

  std::chrono::nanoseconds Now() const {
    return typical_ <= limit_ ? limit_ : std::chrono::nanoseconds(0);
  }
  void Record(std::chrono::nanoseconds waited) {
    typical_ = (3 * typical_ + std::min(waited, 4 * limit_)) / 4;
  }

 private:
  std::chrono::nanoseconds limit_;
  std::chrono::nanoseconds typical_{0};
};

/// A count that one thread publishes and others wait for. Counts are compared
/// around their wrap-around after 2^24, so those that are compared must be near
/// one another.
class Signal {
 public:
  /// One thread at a time. Wakes those that sleep, without a system call where
  /// none does.
  void Publish(std::uint64_t count) {
    const auto word = static_cast<std::uint32_t>(count << kCountShift);
    if ((word_.exchange(word) & kSleeping) != 0) word_.notify_all();
  }

  bool Reached(std::uint64_t count) const {
    return Reached(word_.load(), count);
  }

  /// Has all waiting threads ask `should_stop` again.
  void Nudge() {
    std::uint32_t word = word_.load();
    while (!word_.compare_exchange_weak(
        word, (word & ~kNudges) | ((word + kOneNudge) & kNudges))) {
    }
    word_.notify_all();
  }

  /// Yields for `spin`, then sleeps. Returns true once the count is reached,
  /// false when `should_stop` returns true before. Who changes its answer calls
  /// Nudge after.
  template <typename Stop>
  bool Wait(std::uint64_t count, std::chrono::nanoseconds spin,
            const Stop& should_stop) {
    if (Reached(count) || Spin(count, spin, should_stop)) return true;
    for (std::uint32_t word = word_.load();; word = word_.load()) {
      if (Reached(word, count)) return true;
      if (should_stop()) return Reached(count);
      if ((word & kSleeping) == 0) {
        if (!word_.compare_exchange_weak(word, word | kSleeping)) continue;
        word |= kSleeping;
      }
      word_.wait(word);
    }
  }

 private:
  // The count in the upper bits; below, how often it was nudged, so that a
  // nudge between asking and sleeping is seen; lowest, whether anybody sleeps.
  static constexpr int kCountShift = 8;
  static constexpr std::uint32_t kSleeping = 1;
  static constexpr std::uint32_t kOneNudge = 2;
  static constexpr std::uint32_t kNudges = 0xfe;

  static bool Reached(std::uint32_t word, std::uint64_t count) {
    const auto wanted = static_cast<std::uint32_t>(count << kCountShift);
    const std::uint32_t ahead = (word & ~(kNudges | kSleeping)) - wanted;
    return ahead < (1U << 31);
  }

  // A busy thread is about to publish: less than a yield takes.
  bool SpinShortly(std::uint64_t count) const {
    constexpr int kLooks = 16;
    for (int i = 0; i < kLooks; ++i) {
      Pause();
      if (Reached(count)) return true;
    }
    return false;
  }

  static void Pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  template <typename Stop>
  bool Spin(std::uint64_t count, std::chrono::nanoseconds spin,
            const Stop& should_stop) const {
    if (spin <= std::chrono::nanoseconds(0)) return false;
    if (SpinShortly(count)) return true;
    const auto deadline = std::chrono::steady_clock::now() + spin;
    while (!should_stop()) {
      std::this_thread::yield();
      if (Reached(count)) return true;
      if (std::chrono::steady_clock::now() >= deadline) return false;
    }
    return false;
  }

  std::atomic<std::uint32_t> word_{0};
};

}  // namespace coralline::internal
