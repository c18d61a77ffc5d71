#include "coralline/report/plan_schedule.h"

#include <gtest/gtest.h>

#include <chrono>

namespace coralline {
namespace {

using namespace std::chrono_literals;

PlannedStage StageOf(StageCost cost, int replicas = 1) {
  return {.replicas = replicas, .cost = cost};
}

// Between results once the pipeline is full.
double PeriodMs(const Schedule& schedule) {
  const auto& out = schedule.finished_ms;
  const std::size_t half = out.size() / 2;
  return (out.back() - out[half]) / static_cast<double>(out.size() - 1 - half);
}

void ExpectPeriod(const std::vector<PlannedStage>& stages,
                  const std::vector<DeviceClass>& classes) {
  const Plan plan = MakePlan(stages, classes);
  const Schedule schedule = ScheduleOf(plan, classes, 240);
  EXPECT_NEAR(PeriodMs(schedule),
              static_cast<double>(plan.period.count()) / 1e6, 0.05);
}

TEST(ScheduleOf, GivesAResultEveryPeriod) {
  const std::vector<DeviceClass> classes = {{.name = "tpu", .count = 9}};
  ExpectPeriod({StageOf({.busy = 3ms}), StageOf({.busy = 5ms})}, classes);
  ExpectPeriod({StageOf({.busy = 3ms}), StageOf({.busy = 10ms}, 4)}, classes);
  ExpectPeriod({StageOf({.busy = 3ms, .host = 2ms}),
                StageOf({.busy = 3ms, .host = 2ms})},
               classes);
}

TEST(ScheduleOf, HoldsASharedLinkOneStageAtATime) {
  const std::vector<DeviceClass> classes = {
      {.name = "tpu", .count = 9, .shares_link = true}};
  const Plan plan = MakePlan({StageOf({.busy = 3ms, .link = 2ms}),
                              StageOf({.busy = 4ms, .link = 3ms})},
                             classes);
  const double period = PeriodMs(ScheduleOf(plan, classes, 240));
  // First come, first served: the link idles now and then.
  EXPECT_GE(period, 5);
  EXPECT_LT(period, 7);
}

TEST(ScheduleOf, OneRequestTakesTheLatency) {
  const std::vector<DeviceClass> classes = {{.name = "tpu", .count = 9}};
  const Plan plan = MakePlan(
      {StageOf({.busy = 3ms, .host = 1ms}), StageOf({.busy = 5ms})}, classes);
  EXPECT_NEAR(ScheduleOf(plan, classes, 1).makespan_ms(), 8, 1e-9);
}

}  // namespace
}  // namespace coralline
