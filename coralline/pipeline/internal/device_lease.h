#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

namespace coralline::internal {

/// Keeps a device to one thread at a time, over deployments: the thread of an
/// earlier one has it first, even where it comes later, as those of the next
/// one end no sooner.
class DeviceLease {
 public:
  /// In the order of the generations, each once, before its Take.
  void Queue(std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(generation);
  }

  /// Waits until those before are done. Returns false once `stopped` is true.
  bool Take(std::uint64_t generation, const std::atomic<bool>& stopped) {
    std::unique_lock lock(mutex_);
    while (queue_.front() != generation && !stopped) {
      returned_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return !stopped;
  }

  /// After Take, whatever it returned.
  void Return(std::uint64_t generation) {
    {
      const std::lock_guard lock(mutex_);
      std::erase(queue_, generation);
    }
    returned_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::deque<std::uint64_t> queue_;  // who has it, then who is next
};

}  // namespace coralline::internal
