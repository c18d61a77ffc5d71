#include "coralline/pipeline/internal/worker.h"

#include <utility>

namespace coralline::internal {
namespace {

ReplicaStats EmptyStats(const Replica& replica) {
  ReplicaStats stats{.device = replica.device,
                     .description = replica.executable->description(),
                     .predicted = replica.predicted};
  if (const EmulatedRun* run = replica.executable->last_emulated_run()) {
    stats.emulation.emplace(EmulationStats{.computes = run->computes});
  }
  return stats;
}

void RecordEmulation(const EmulatedRun& run, EmulationStats& stats) {
  stats.simulated = run.simulated;
  if (run.overshoot) {
    stats.overshoot.Record(*run.overshoot);
  } else {
    ++stats.compute_longer;
  }
}

}  // namespace

Worker::Worker(Replica replica, int stage, const Wiring::Stage& wiring,
               std::chrono::nanoseconds spin, bool keep_recent)
    : replica_(std::move(replica)),
      stage_(stage),
      wiring_(wiring),
      spin_(spin),
      keep_recent_(keep_recent),
      stats_(EmptyStats(replica_)) {}

template <typename Function>
void Worker::Work(Clock::time_point start, const Function& function) {
  busy_since_.store(start.time_since_epoch().count(),
                    std::memory_order_release);
  try {
    function();
  } catch (...) {
    busy_since_.store(0, std::memory_order_release);
    throw;
  }
  busy_since_.store(0, std::memory_order_release);
}

void Worker::Upload() {
  is_uploading_ = true;
  Work(Clock::now(), [this] { replica_.executable->Upload(); });
  is_uploading_ = false;
}

void Worker::Run(Frame& frame, Clock::time_point taken) {
  inputs_.clear();
  for (const int tensor : wiring_.inputs) {
    inputs_.push_back(frame.tensors[tensor]);
  }
  outputs_.clear();
  for (const int tensor : wiring_.outputs) {
    outputs_.push_back(frame.tensors[tensor]);
  }
  request_.store(frame.id, std::memory_order_relaxed);
  Work(taken, [this] { replica_.executable->Run(inputs_, outputs_); });
}

void Worker::Record(const TakenAt& taken, std::chrono::nanoseconds busy) {
  const std::lock_guard lock(mutex_);
  stats_.waiting += taken.waited;
  stats_.busy.Record(busy);
  if (taken.hop) stats_.hop.Record(*taken.hop);
  if (keep_recent_) recent_.Record(busy);
  if (const EmulatedRun* run = replica_.executable->last_emulated_run()) {
    RecordEmulation(*run, *stats_.emulation);
  }
}

std::chrono::nanoseconds Worker::AtWork() const {
  const Clock::rep since = busy_since_;
  if (since == 0) return std::chrono::nanoseconds(0);
  return Clock::now().time_since_epoch() - Clock::duration(since);
}

ReplicaStats Worker::Stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void Worker::ResetStats() {
  const std::lock_guard lock(mutex_);
  stats_ = EmptyStats(replica_);
}

Histogram Worker::TakeRecent(std::int64_t fewest) {
  const std::lock_guard lock(mutex_);
  if (recent_.count() < fewest) return {};
  return std::exchange(recent_, Histogram());
}

}  // namespace coralline::internal
