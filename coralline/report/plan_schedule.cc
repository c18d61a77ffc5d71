#include "coralline/report/plan_schedule.h"

namespace coralline {
namespace {

constexpr int kHost = 0;
constexpr int kFirstLink = 1;

double Ms(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

// Half of the host's part before and half after the device's, as the simulator
// has it.
ScheduledStage StageOf(const PlannedStage& planned, bool shares_link) {
  const StageCost& cost = planned.cost;
  ScheduledStage stage{.replicas = planned.replicas};
  const auto add = [&stage](int resource, double ms) {
    if (ms > 0) stage.steps.push_back({resource, ms});
  };
  const auto link = shares_link ? cost.link : std::chrono::nanoseconds(0);
  add(kHost, Ms(cost.host) / 2);
  if (shares_link) add(kFirstLink + planned.device_class, Ms(link));
  add(Step::kOwn, Ms(cost.busy - cost.host - link));
  add(kHost, Ms(cost.host) / 2);
  return stage;
}

}  // namespace

Schedule ScheduleOf(const Plan& plan, std::span<const DeviceClass> classes,
                    int requests) {
  std::vector<ScheduledStage> stages;
  for (const PlannedStage& planned : plan.stages) {
    stages.push_back(
        StageOf(planned, classes[planned.device_class].shares_link));
  }
  return SimulateSchedule(
      stages, {.requests = requests,
               .num_resources = kFirstLink + static_cast<int>(classes.size()),
               .keep_timeline = true});
}

}  // namespace coralline
