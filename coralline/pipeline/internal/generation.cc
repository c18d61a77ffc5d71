#include "coralline/pipeline/internal/generation.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "coralline/device/host.h"
#include "coralline/pipeline/internal/window.h"

namespace coralline::internal {

using std::chrono::nanoseconds;

nanoseconds Shared::spin() const {
  switch (options.wait) {
    case WaitProfile::kBalanced:
      return std::chrono::microseconds(100);
    case WaitProfile::kThroughput:
      return std::chrono::milliseconds(2);
  }
  return {};
}

Generation::Generation(std::uint64_t number, std::shared_ptr<Shared> shared,
                       const PipelineInterface& interface,
                       Deployment deployment, int num_frames)
    : number_(number),
      shared_(std::move(shared)),
      deployment_(std::move(deployment)),
      wiring_(ConnectStages(deployment_.stages, interface)),
      end_(std::numeric_limits<RequestId>::max()) {
  for (int i = 0; i < num_frames; ++i) {
    frames_.push_back(std::make_unique<Frame>(wiring_));
  }
  const bool keep_recent = shared_->options.rebalance.count() > 0;
  for (std::size_t s = 0; s < deployment_.stages.size(); ++s) {
    stages_.push_back(std::make_unique<Stage>());
    if (s > 0) stages_.back()->link = std::vector<OwnLine>(num_frames);
    for (const Replica& replica : deployment_.stages[s]) {
      workers_.push_back(std::make_unique<Worker>(
          replica, static_cast<int>(s), wiring_.stages[s], shared_->spin(),
          keep_recent));
    }
  }
}

void Generation::Start(RequestId begin, std::vector<bool> finished) {
  begin_ = begin;
  finished_ = std::move(finished);
  for (auto& stage : stages_) stage->next = begin;
  for (auto& worker : workers_) {
    shared_->leases[worker->device()]->Queue(number_);
    worker->thread =
        std::thread([self = shared_from_this(), &worker = *worker] {
          self->RunWorker(worker);
        });
  }
}

void Generation::Publish(int stage, RequestId request, Clock::time_point now) {
  Flag& flag = FlagOf(stage, request);
  flag.published = now;
  flag.signal.Publish(Lap(request));
}

void Generation::EndAt(RequestId end) {
  end_ = end;
  NudgeAll();
}

void Generation::Stop() {
  stopped_ = true;
  NudgeAll();
}

void Generation::NudgeAll() {
  for (auto& frame : frames_) frame->arrival.signal.Nudge();
  for (auto& stage : stages_) {
    for (Flag& flag : stage->link) flag.signal.Nudge();
  }
}

bool Generation::HasEnded() const {
  const bool have_exited =
      std::all_of(workers_.begin(), workers_.end(),
                  [](const auto& worker) { return worker->exited.load(); });
  return have_exited && (stopped_ || !has_failed_);
}

int Generation::QueueOf(int stage, RequestId next) const {
  const std::uint64_t given =
      stage == 0 ? next - begin_ : stages_[stage - 1]->finished.load();
  const auto waiting =
      static_cast<std::int64_t>(given - stages_[stage]->started);
  return static_cast<int>(std::max<std::int64_t>(0, waiting));
}

void Generation::RunWorker(Worker& worker) {
  DeviceLease& lease = *shared_->leases[worker.device()];
  if (lease.Take(number_, stopped_)) {
    try {
      Prepare(worker);
      auto idle_since = Clock::now();
      while (RunNext(worker, idle_since)) {
      }
    } catch (const Error& error) {
      Report({.device = worker.device(), .error = error});
    }
  }
  lease.Return(number_);
  worker.exited = true;
  shared_->reports.Notify();
}

// Threads of devices that are cores move there by themselves.
void Generation::Prepare(Worker& worker) const {
  const std::vector<int>& cores = shared_->options.cores;
  if (!cores.empty()) {
    PinThread(
        {cores[static_cast<std::size_t>(worker.device()) % cores.size()]});
  }
  if (shared_->options.realtime) UseRealtimePriority();
  worker.replica().executable->BindThread();
  worker.Upload();
}

// Returns false when there is no more to do.
bool Generation::RunNext(Worker& worker, Clock::time_point& idle_since) {
  Stage& stage = *stages_[worker.stage()];
  const RequestId request = stage.next.fetch_add(1);
  if (IsFinished(request)) {  // its frame may be another's by now
    stage.started.fetch_add(1, std::memory_order_relaxed);
    stage.finished.fetch_add(1, std::memory_order_relaxed);
    return !stopped_;
  }
  const auto taken = Take(worker, request, idle_since);
  if (!taken) return false;
  stage.started.fetch_add(1, std::memory_order_relaxed);
  Frame& frame = this->frame(request);
  const auto end = RunFrame(worker, frame, *taken);
  if (!end) return false;
  stage.finished.fetch_add(1, std::memory_order_relaxed);
  idle_since = *end;
  if (worker.stage() + 1 < num_stages()) {
    Publish(worker.stage() + 1, request, *end);
  } else {
    shared_->window->Complete(*this, frame, *end);
  }
  return true;
}

std::optional<TakenAt> Generation::Take(Worker& worker, RequestId request,
                                        Clock::time_point idle_since) {
  Flag& flag = FlagOf(worker.stage(), request);
  const bool is_there =
      flag.signal.Wait(Lap(request), worker.spin().Now(),
                       [this, request] { return stopped_ || request >= end_; });
  if (!is_there || stopped_) return std::nullopt;
  TakenAt taken{.time = Clock::now()};
  taken.waited = taken.time - idle_since;
  if (flag.published > idle_since) taken.hop = taken.time - flag.published;
  worker.spin().Record(taken.waited);
  return taken;
}

// When it ended; nullopt where the device is given up, or the generation is.
std::optional<Clock::time_point> Generation::RunFrame(Worker& worker,
                                                      Frame& frame,
                                                      const TakenAt& taken) {
  if (frame.deadline <= taken.time) frame.expired = true;
  if (!frame.is_live()) return taken.time;
  const bool has_run = TryRun(worker, frame, taken.time);
  if (!has_run || stopped_) return std::nullopt;
  const auto end = Clock::now();
  worker.Record(taken, end - taken.time);
  Trace(worker, frame.id, taken.time, end);
  return end;
}

// Returns false where the device failed.
bool Generation::TryRun(Worker& worker, Frame& frame, Clock::time_point taken) {
  try {
    worker.Run(frame, taken);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kDevice) {
      Report({.device = worker.device(),
              .request = frame.id,
              .in_request = true,
              .error = error});
      return false;
    }
    frame.Fail(error);
  } catch (const std::exception& error) {
    frame.Fail(Error(ErrorKind::kFailed, error.what()));
  }
  return true;
}

void Generation::Report(FaultReport report) {
  if (stopped_) return;  // nobody asks any more
  has_failed_ = true;
  report.generation = number_;
  shared_->reports.Add(std::move(report));
}

void Generation::Trace(const Worker& worker, RequestId request,
                       Clock::time_point start, Clock::time_point end) const {
  auto& trace = shared_->traces[worker.device()];
  if (trace.size() == trace.capacity()) return;
  trace.push_back({.request = request,
                   .stage = worker.stage(),
                   .device = worker.device(),
                   .start = start - shared_->start,
                   .end = end - shared_->start});
}

}  // namespace coralline::internal
