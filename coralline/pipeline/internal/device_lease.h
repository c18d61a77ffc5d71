#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace coralline::internal {

/// Keeps a device to one thread at a time, over deployments.
class DeviceLease {
 public:
  /// Waits until nobody has it. Returns false once `stopped` is true.
  bool Take(const std::atomic<bool>& stopped) {
    std::unique_lock lock(mutex_);
    while (is_taken_ && !stopped) {
      returned_.wait_for(lock, std::chrono::milliseconds(5));
    }
    if (stopped) return false;
    is_taken_ = true;
    return true;
  }

  void Return() {
    {
      const std::lock_guard lock(mutex_);
      is_taken_ = false;
    }
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  bool is_taken_ = false;
};

}  // namespace coralline::internal
