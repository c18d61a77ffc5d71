#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "coralline/pipeline/internal/frame.h"
#include "coralline/pipeline/internal/signal.h"
#include "coralline/pipeline/stats.h"

namespace coralline::internal {

/// When a worker took a request.
struct TakenAt {
  Clock::time_point time;
  std::chrono::nanoseconds waited{0};
  /// Since the request was handed on, where the worker waited for it.
  std::optional<std::chrono::nanoseconds> hop;
};

/// One device at work for a stage: its executable, its thread, what it did.
class Worker {
 public:
  Worker(Replica replica, int stage, const Wiring::Stage& wiring,
         std::chrono::nanoseconds spin, bool keep_recent);

  /// Before the first inference. Throws what it throws. Its own thread.
  void Upload();
  /// One inference, taken at that time. Throws what it throws. Its own thread.
  void Run(Frame& frame, Clock::time_point taken);
  void Record(const TakenAt& taken, std::chrono::nanoseconds busy);

  const Replica& replica() const { return replica_; }
  int device() const { return replica_.device; }
  int stage() const { return stage_; }
  SpinBudget& spin() { return spin_; }

  /// How long the inference at work has taken, or the upload; zero where none
  /// is. Any thread.
  std::chrono::nanoseconds AtWork() const;
  bool is_uploading() const { return is_uploading_; }
  /// Whose it is, or was last.
  RequestId request() const { return request_; }
  ReplicaStats Stats() const;
  void ResetStats();
  /// The busy times since this was given last; none as long as they are few.
  Histogram TakeRecent(std::int64_t fewest);

  std::thread thread;
  std::atomic<bool> exited{false};

 private:
  template <typename Function>
  void Work(Clock::time_point start, const Function& function);

  Replica replica_;
  int stage_;
  const Wiring::Stage& wiring_;
  SpinBudget spin_;
  bool keep_recent_;
  // Of the request at work; kept to avoid allocations.
  std::vector<ConstBytes> inputs_;
  std::vector<MutableBytes> outputs_;
  std::atomic<RequestId> request_{0};
  std::atomic<bool> is_uploading_{false};
  // When what is at work began, in counts of the clock; 0: nothing is.
  alignas(64) std::atomic<Clock::rep> busy_since_{0};
  mutable std::mutex mutex_;
  ReplicaStats stats_;
  Histogram recent_;
};

}  // namespace coralline::internal
