#include "coralline/sim/schedule.h"

#include <deque>
#include <functional>
#include <queue>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {
namespace {

// One device of a stage.
struct Worker {
  enum class State { kIdle, kRunning, kDone };
  State state = State::kIdle;
  int stage = 0;
  int replica = 0;
  bool is_first = true;  // its first inference is still to come or running
  int request = 0;
  int step = 0;
  double queued_ms = 0;
  double taken_ms = 0;
  double since_ms = 0;  // in the state
  double begin_ms = 0;  // of the step
};

// A request before a stage.
struct Waiting {
  int request = 0;
  double since_ms = 0;
};

struct Resource {
  bool is_held = false;
  std::deque<Worker*> waiting;
};

// The end of a worker's step. Equal times are handled as they were scheduled.
struct Event {
  double ms;
  std::int64_t order;
  Worker* worker;

  bool operator>(const Event& other) const {
    return ms != other.ms ? ms > other.ms : order > other.order;
  }
};

class Simulation {
 public:
  Simulation(const std::vector<ScheduledStage>& stages,
             const ScheduleOptions& options)
      : stages_(stages),
        options_(options),
        queues_(stages.size()),
        next_out_(stages.size(), 0),
        resources_(options.num_resources) {
    CORALLINE_CHECK(!stages.empty() && options.requests > 0);
    CORALLINE_CHECK(options.queue_capacity > 0);
    for (std::size_t s = 0; s < stages.size(); ++s) {
      CORALLINE_CHECK(stages[s].replicas > 0 && !stages[s].steps.empty());
      workers_.emplace_back(stages[s].replicas);
      for (int r = 0; r < stages[s].replicas; ++r) {
        workers_[s][r].stage = static_cast<int>(s);
        workers_[s][r].replica = r;
      }
    }
    schedule_.resource_busy_ms.assign(options.num_resources, 0);
    schedule_.stage_busy_ms.assign(stages.size(), 0);
    schedule_.stage_blocked_ms.assign(stages.size(), 0);
    if (options.keep_timeline) schedule_.stages = stages;
  }

  Schedule Run() {
    Enter();
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.ms;
      EndStep(*event.worker);
    }
    CORALLINE_CHECK(static_cast<int>(schedule_.finished_ms.size()) ==
                    options_.requests);
    return std::move(schedule_);
  }

 private:
  Worker& WorkerOf(int stage, int request) {
    return workers_[stage][request % stages_[stage].replicas];
  }
  bool HasRoom(int stage) const {
    return static_cast<int>(queues_[stage].size()) < options_.queue_capacity;
  }

  // Lets requests in while the first queue has room.
  void Enter() {
    while (entered_ < options_.requests && HasRoom(0)) {
      schedule_.entered_ms.push_back(now_);
      queues_[0].push_back({entered_++, now_});
      Take(0);
    }
  }

  // Gives waiting requests to the devices whose turn it is.
  void Take(int stage) {
    auto& queue = queues_[stage];
    while (!queue.empty()) {
      const Waiting next = queue.front();
      Worker& worker = WorkerOf(stage, next.request);
      if (worker.state != Worker::State::kIdle) return;
      worker.state = Worker::State::kRunning;
      worker.request = next.request;
      worker.step = -1;
      worker.queued_ms = next.since_ms;
      worker.taken_ms = worker.since_ms = now_;
      queue.pop_front();
      NextStep(worker);
      stage == 0 ? Enter() : HandOn(stage - 1);
    }
  }

  // Moves finished requests to the next stage, in order, while it has room.
  void HandOn(int stage) {
    const bool is_last = stage + 1 == static_cast<int>(stages_.size());
    for (;;) {
      Worker& worker = WorkerOf(stage, next_out_[stage]);
      const bool is_ready = worker.state == Worker::State::kDone &&
                            worker.request == next_out_[stage];
      if (!is_ready || (!is_last && !HasRoom(stage + 1))) return;
      Leave(worker);
      worker.state = Worker::State::kIdle;
      ++next_out_[stage];
      if (is_last) {
        schedule_.finished_ms.push_back(now_);
      } else {
        queues_[stage + 1].push_back({worker.request, now_});
        Take(stage + 1);
      }
      Take(stage);
    }
  }

  void Leave(const Worker& worker) {
    schedule_.stage_blocked_ms[worker.stage] += now_ - worker.since_ms;
    if (!options_.keep_timeline) return;
    schedule_.visits.push_back({worker.stage, worker.replica, worker.request,
                                worker.queued_ms, worker.taken_ms,
                                worker.since_ms, now_});
  }

  int NumFirstSteps(const Worker& worker) const {
    return worker.is_first
               ? static_cast<int>(stages_[worker.stage].first_steps.size())
               : 0;
  }

  // Null after the last one.
  const Step* StepOf(const Worker& worker) const {
    const ScheduledStage& stage = stages_[worker.stage];
    const int first = NumFirstSteps(worker);
    if (worker.step < first) return &stage.first_steps[worker.step];
    const auto index = static_cast<std::size_t>(worker.step - first);
    return index < stage.steps.size() ? &stage.steps[index] : nullptr;
  }

  void NextStep(Worker& worker) {
    ++worker.step;
    const Step* step = StepOf(worker);
    if (!step) return Finish(worker);
    if (step->resource == Step::kOwn) return BeginStep(worker);
    Resource& resource = resources_.at(step->resource);
    if (resource.is_held) {
      resource.waiting.push_back(&worker);
    } else {
      resource.is_held = true;
      BeginStep(worker);
    }
  }

  void BeginStep(Worker& worker) {
    worker.begin_ms = now_;
    events_.push({now_ + StepOf(worker)->ms, num_events_++, &worker});
  }

  void EndStep(Worker& worker) {
    const Step& step = *StepOf(worker);
    if (options_.keep_timeline) {
      schedule_.timeline.push_back({worker.stage, worker.replica,
                                    worker.request, worker.step,
                                    worker.begin_ms, now_});
    }
    if (step.resource != Step::kOwn) Release(step);
    NextStep(worker);
  }

  void Release(const Step& step) {
    schedule_.resource_busy_ms[step.resource] += step.ms;
    Resource& resource = resources_[step.resource];
    resource.is_held = !resource.waiting.empty();
    if (!resource.is_held) return;
    Worker& next = *resource.waiting.front();
    resource.waiting.pop_front();
    BeginStep(next);
  }

  void Finish(Worker& worker) {
    worker.is_first = false;
    schedule_.stage_busy_ms[worker.stage] += now_ - worker.since_ms;
    worker.state = Worker::State::kDone;
    worker.since_ms = now_;
    HandOn(worker.stage);
  }

  const std::vector<ScheduledStage>& stages_;
  const ScheduleOptions& options_;
  std::vector<std::vector<Worker>> workers_;  // by stage and replica
  std::vector<std::deque<Waiting>> queues_;   // before each stage
  std::vector<int> next_out_;                 // request that each stage owes
  std::vector<Resource> resources_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::int64_t num_events_ = 0;
  int entered_ = 0;
  double now_ = 0;
  Schedule schedule_;
};

}  // namespace

const Step& Schedule::StepOf(const TimelineEntry& entry) const {
  const ScheduledStage& stage = stages.at(entry.stage);
  // Requests go to the devices in turn.
  const bool is_first = entry.request < stage.replicas;
  const std::size_t num_first = is_first ? stage.first_steps.size() : 0;
  const auto step = static_cast<std::size_t>(entry.step);
  return step < num_first ? stage.first_steps[step]
                          : stage.steps.at(step - num_first);
}

Schedule SimulateSchedule(const std::vector<ScheduledStage>& stages,
                          const ScheduleOptions& options) {
  return Simulation(stages, options).Run();
}

}  // namespace coralline
