#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "coralline/pipeline/internal/frame.h"
#include "coralline/pipeline/stats.h"

namespace coralline::internal {

/// The last events of a pipeline. Any thread.
class EventLog {
 public:
  /// Times count from `start`.
  EventLog(Clock::time_point start,
           std::function<void(const PipelineEvent&)> listener)
      : start_(start), listener_(std::move(listener)) {}

  void Add(EventKind kind, int device, std::string text) {
    constexpr std::size_t kMost = 1000;
    const PipelineEvent event{Clock::now() - start_, kind, device,
                              std::move(text)};
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
      if (events_.size() > kMost) events_.pop_front();
    }
    if (listener_) listener_(event);
  }

  std::vector<PipelineEvent> All() const {
    const std::lock_guard lock(mutex_);
    return {events_.begin(), events_.end()};
  }

 private:
  const Clock::time_point start_;
  const std::function<void(const PipelineEvent&)> listener_;
  mutable std::mutex mutex_;
  std::deque<PipelineEvent> events_;
};

}  // namespace coralline::internal
