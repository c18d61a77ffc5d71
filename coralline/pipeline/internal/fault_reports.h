#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "coralline/base/error.h"

namespace coralline::internal {

class Worker;

/// An inference, or what comes before the first, that failed with its device.
struct FaultReport {
  std::uint64_t generation = 0;
  int device = 0;
  std::uint64_t request = 0;
  bool in_request = false;  ///< whether `request` was at work
  Error error;
};

/// Where stages' threads tell the supervisor what happens. Any thread.
class FaultReports {
 public:
  void Add(FaultReport report) {
    {
      const std::lock_guard lock(mutex_);
      reports_.push_back(std::move(report));
    }
    changed_.notify_all();
  }

  /// Something else to look at, such as a thread that ended.
  void Notify() {
    {
      const std::lock_guard lock(mutex_);
      notified_ = true;
    }
    changed_.notify_all();
  }

  /// Waits until there is something, or for so long; zero: without a limit.
  std::vector<FaultReport> Take(std::chrono::nanoseconds limit) {
    std::unique_lock lock(mutex_);
    const auto is_something = [this] { return notified_ || !reports_.empty(); };
    if (limit.count() > 0) {
      changed_.wait_for(lock, limit, is_something);
    } else {
      changed_.wait(lock, is_something);
    }
    notified_ = false;
    return std::exchange(reports_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<FaultReport> reports_;
  bool notified_ = false;
};

}  // namespace coralline::internal
