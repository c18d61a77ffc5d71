#include "coralline/planning/explanation.h"

#include <gtest/gtest.h>

#include "coralline/planning/testing.h"

namespace coralline {
namespace {

ExplainedPlan Explained(const HostModel& host, int count) {
  static const Model model = testing_util::BranchingModel();
  const ModelProblem problem(model,
                             {{.name = "edgetpu-pcie",
                               .count = count,
                               .spec = ReadDeviceSpec("edgetpu-pcie")}},
                             {.host = host, .max_replicas = 1});
  return ExplainPlan(problem, FindPlan(problem.problem(), {}).value());
}

TEST(PeriodRange, IsThatOfTheStageWhereThereIsOne) {
  const ExplainedPlan explained = Explained(kNativeHost, 1);
  ASSERT_EQ(explained.ranges.size(), 1U);
  const TimeRange& stage = explained.ranges[0];
  const TimeRange period = explained.PeriodRange();
  EXPECT_NEAR(stage.ms, explained.parts[0].warm_ms(), 1e-9);
  EXPECT_NEAR(period.ms, stage.ms, 1e-5);
  EXPECT_NEAR(period.low_ms, stage.low_ms, 1e-5);
  EXPECT_NEAR(period.high_ms, stage.high_ms, 1e-5);
  EXPECT_EQ(period.doubts.size(), stage.doubts.size());
}

TEST(PeriodRange, HoldsThePeriodOfSeveralStages) {
  const ExplainedPlan explained = Explained(kNativeHost, 3);
  EXPECT_GT(explained.ranges.size(), 1U);
  const TimeRange period = explained.PeriodRange();
  EXPECT_TRUE(period.Contains(period.ms));
  for (const TimeRange& stage : explained.ranges) {
    EXPECT_LE(stage.low_ms, period.low_ms + 1e-5);
    EXPECT_LE(stage.high_ms, period.high_ms + 1e-5);
  }
}

TEST(PeriodRange, AHostThatVariesWidensIt) {
  HostModel slow = kNativeHost;
  slow.serialised_ms = 100;  // more than any stage
  const TimeRange fixed = Explained(slow, 3).PeriodRange();
  slow.serialised_spread = 0.2;
  const TimeRange varied = Explained(slow, 3).PeriodRange();
  EXPECT_NEAR(varied.high_ms, fixed.high_ms + 20, 1e-3);
  EXPECT_LT(varied.low_ms, fixed.low_ms - 19);
}

}  // namespace
}  // namespace coralline
