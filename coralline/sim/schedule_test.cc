#include "coralline/sim/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace coralline {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Pointwise;

ScheduledStage Device(double ms, int replicas = 1) {
  return {.steps = {{.ms = ms}}, .replicas = replicas};
}

TEST(SimulateSchedule, TheSlowestStageSetsThePeriod) {
  const Schedule schedule =
      SimulateSchedule({Device(1), Device(3), Device(2)}, {.requests = 4});
  EXPECT_THAT(schedule.finished_ms, ElementsAre(6, 9, 12, 15));
  EXPECT_THAT(schedule.stage_busy_ms, ElementsAre(4, 12, 8));
}

TEST(SimulateSchedule, AFullQueueHoldsTheStageBefore) {
  const Schedule schedule = SimulateSchedule(
      {Device(1), Device(10)}, {.requests = 4, .queue_capacity = 1});
  EXPECT_THAT(schedule.entered_ms, ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(schedule.finished_ms, ElementsAre(11, 21, 31, 41));
  EXPECT_THAT(schedule.stage_blocked_ms, ElementsAre(8 + 9, 0));
}

TEST(SimulateSchedule, ReplicasTakeTurnsAndKeepOrder) {
  const Schedule schedule =
      SimulateSchedule({Device(1), Device(4, 2)}, {.requests = 4});
  EXPECT_THAT(schedule.finished_ms, ElementsAre(5, 6, 9, 10));
}

TEST(SimulateSchedule, ASharedResourceIsHeldByOneAtATime) {
  const ScheduledStage stage{.steps = {{.resource = 0, .ms = 2}, {.ms = 1}}};
  const Schedule schedule = SimulateSchedule(
      {stage, stage, stage}, {.requests = 50, .num_resources = 1});
  // In the steady state three steps of 2 ms a request.
  EXPECT_DOUBLE_EQ(schedule.resource_busy_ms[0], 300);
  EXPECT_NEAR(schedule.makespan_ms(), 300, 10);
}

TEST(SimulateSchedule, EachDeviceLoadsOnce) {
  ScheduledStage stage = Device(1, 2);
  stage.first_steps = {{.ms = 10}};
  const Schedule schedule =
      SimulateSchedule({stage}, {.requests = 4, .keep_timeline = true});
  EXPECT_THAT(schedule.finished_ms, ElementsAre(11, 11, 12, 12));
  EXPECT_EQ(schedule.timeline.size(), 6U);
}

TEST(SimulateSchedule, TheTimelineIsComplete) {
  const Schedule schedule = SimulateSchedule(
      {Device(1), Device(3)}, {.requests = 5, .keep_timeline = true});
  double stage_ms[2] = {0, 0};
  for (const TimelineEntry& entry : schedule.timeline) {
    stage_ms[entry.stage] += entry.end_ms - entry.begin_ms;
  }
  EXPECT_EQ(stage_ms[0], 5);
  EXPECT_EQ(stage_ms[1], 15);
}

TEST(SimulateSchedule, TellsHowLongEachRequestWaitedAndWasServed) {
  const Schedule schedule = SimulateSchedule(
      {Device(1), Device(10)},
      {.requests = 3, .queue_capacity = 1, .keep_timeline = true});
  std::vector<std::vector<double>> visits;
  for (const StageVisit& visit : schedule.visits) {
    EXPECT_EQ(visit.replica, 0);
    visits.push_back({double(visit.request), double(visit.stage),
                      visit.queued_ms, visit.taken_ms, visit.finished_ms,
                      visit.left_ms});
  }
  // The third one blocks the first device until there is room in the queue.
  EXPECT_THAT(
      visits,
      testing::UnorderedElementsAre(
          ElementsAre(0, 0, 0, 0, 1, 1), ElementsAre(1, 0, 0, 1, 2, 2),
          ElementsAre(2, 0, 1, 2, 3, 11), ElementsAre(0, 1, 1, 1, 11, 11),
          ElementsAre(1, 1, 2, 11, 21, 21), ElementsAre(2, 1, 11, 21, 31, 31)));
}

TEST(SimulateSchedule, KnowsTheStepsOfItsTimeline) {
  ScheduledStage stage{.steps = {{.ms = 1, .kind = 1}, {.ms = 1, .kind = 2}},
                       .replicas = 2,
                       .first_steps = {{.ms = 10, .kind = 7}}};
  const Schedule schedule =
      SimulateSchedule({stage}, {.requests = 3, .keep_timeline = true});
  std::vector<int> kinds;
  for (const TimelineEntry& entry : schedule.timeline) {
    kinds.push_back(schedule.StepOf(entry).kind);
  }
  EXPECT_THAT(kinds, ElementsAre(7, 7, 1, 1, 2, 2, 1, 2));
  EXPECT_TRUE(SimulateSchedule({stage}, {.requests = 3}).visits.empty());
}

// The exact reference where nothing is shared: the recurrence of a tandem line
// with blocking after service.
std::vector<double> Reference(const std::vector<double>& ms, int requests,
                              int capacity) {
  const int stages = static_cast<int>(ms.size());
  // taken[s][i], left[s][i]: request i starts at and leaves stage s.
  std::vector<std::vector<double>> taken(stages, std::vector<double>(requests));
  auto left = taken;
  for (int i = 0; i < requests; ++i) {
    for (int s = 0; s < stages; ++s) {
      const double free = i > 0 ? left[s][i - 1] : 0;
      taken[s][i] = std::max(s > 0 ? left[s - 1][i] : 0, free);
      left[s][i] = taken[s][i] + ms[s];
      if (s + 1 < stages && i >= capacity) {
        left[s][i] = std::max(left[s][i], taken[s + 1][i - capacity]);
      }
    }
  }
  return left.back();
}

TEST(SimulateSchedule, EqualsTheRecurrenceOfABlockingLine) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const int capacity = 1 + static_cast<int>(random() % 4);
    std::vector<double> ms;
    std::vector<ScheduledStage> stages;
    for (unsigned s = 0; s < 1 + random() % 6; ++s) {
      ms.push_back(static_cast<double>(random() % 8));
      stages.push_back(Device(ms.back()));
    }
    EXPECT_THAT(
        SimulateSchedule(stages, {.requests = 40, .queue_capacity = capacity})
            .finished_ms,
        Pointwise(DoubleEq(), Reference(ms, 40, capacity)));
  }
}

}  // namespace
}  // namespace coralline
