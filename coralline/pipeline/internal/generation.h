#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "coralline/pipeline/internal/device_lease.h"
#include "coralline/pipeline/internal/fault_reports.h"
#include "coralline/pipeline/internal/worker.h"

namespace coralline::internal {

class Window;

/// What the generations of a pipeline share. Threads that hang in an inference
/// keep it alive.
struct Shared {
  PipelineOptions options;
  Clock::time_point start = Clock::now();
  FaultReports reports;
  // Of each device.
  std::vector<std::unique_ptr<DeviceLease>> leases;
  std::vector<std::vector<TraceEvent>> traces;
  std::shared_ptr<Window> window;

  std::chrono::nanoseconds spin() const;
};

/// A deployment at work: the threads of its stages, and frames for all requests
/// that can be inside. Requests [begin, end) pass through it, each through all
/// stages in order.
///
/// Link s joins what is before stage s to it: a ring with a flag for each
/// frame, on a cache line of its own, that says how often the frame has come
/// this far. A worker takes the next number of its stage and waits for that
/// flag, so that requests go to whoever is free, and one writes and one reads
/// each flag.
///
/// After Stop the threads finish the inference at work and end; one that hangs
/// keeps what it uses alive.
class Generation : public std::enable_shared_from_this<Generation> {
 public:
  /// Throws Error(kModel) where the stages do not fit together.
  Generation(std::uint64_t number, std::shared_ptr<Shared> shared,
             const PipelineInterface& interface, Deployment deployment,
             int num_frames);

  /// Once: the threads, for requests from `begin` but those `finished` already
  /// elsewhere, counted from there.
  void Start(RequestId begin, std::vector<bool> finished = {});
  /// Hands a request whose inputs are written to the first stage.
  void Publish(RequestId request, Clock::time_point now) {
    Publish(0, request, now);
  }
  /// Requests from `end` on do not come here.
  void EndAt(RequestId end);
  void Stop();
  bool stopped() const { return stopped_; }

  std::uint64_t number() const { return number_; }
  const Deployment& deployment() const { return deployment_; }
  Frame& frame(RequestId request) { return *frames_[request % frames_.size()]; }
  const std::vector<std::unique_ptr<Worker>>& workers() const {
    return workers_;
  }
  int num_stages() const { return static_cast<int>(stages_.size()); }
  /// Whether no thread is left, and no report of a fault is to be expected.
  bool HasEnded() const;
  /// Requests that wait for a stage now, of those before `next`.
  int QueueOf(int stage, RequestId next) const;

 private:
  struct alignas(64) OwnLine : Flag {};
  struct Stage {
    std::vector<OwnLine> link;  // from the stage before; the first has none
    alignas(64) std::atomic<RequestId> next{0};
    std::atomic<std::uint64_t> started{0};
    std::atomic<std::uint64_t> finished{0};
  };

  // How often the rings have been gone round, from 1.
  std::uint64_t Lap(RequestId request) const {
    return request / frames_.size() - begin_ / frames_.size() + 1;
  }
  bool IsFinished(RequestId request) const {
    return request - begin_ < finished_.size() && finished_[request - begin_];
  }
  Flag& FlagOf(int stage, RequestId request) {
    const std::size_t at = request % frames_.size();
    return stage == 0 ? frames_[at]->arrival : stages_[stage]->link[at];
  }
  void Publish(int stage, RequestId request, Clock::time_point now);
  void NudgeAll();

  void RunWorker(Worker& worker);
  void Prepare(Worker& worker) const;
  bool RunNext(Worker& worker, Clock::time_point& idle_since);
  std::optional<TakenAt> Take(Worker& worker, RequestId request,
                              Clock::time_point idle_since);
  std::optional<Clock::time_point> RunFrame(Worker& worker, Frame& frame,
                                            const TakenAt& taken);
  bool TryRun(Worker& worker, Frame& frame, Clock::time_point taken);
  void Report(FaultReport report);
  void Trace(const Worker& worker, RequestId request, Clock::time_point start,
             Clock::time_point end) const;

  std::uint64_t number_;
  std::shared_ptr<Shared> shared_;
  Deployment deployment_;
  Wiring wiring_;
  std::vector<std::unique_ptr<Frame>> frames_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::vector<std::unique_ptr<Worker>> workers_;
  RequestId begin_ = 0;
  std::vector<bool> finished_;
  std::atomic<RequestId> end_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> has_failed_{false};
};

}  // namespace coralline::internal
