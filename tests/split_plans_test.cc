// Networks with layers that no device holds: what splitting them is worth on
// simulated devices.

#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/planning/explanation.h"
#include "coralline/planning/layer_splits.h"
#include "coralline/planning/split_planning.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

std::vector<DeviceGroup> Devices(int count) {
  return {{.name = "edgetpu-pcie",
           .count = count,
           .spec = ReadDeviceSpec("edgetpu-pcie")}};
}

SplitPlan PlanOn(const Model& model, int count,
                 SplitMode mode = SplitMode::kAuto,
                 const PlanOptions& options = {}) {
  return PlanWithSplits(model, Devices(count), {}, options, mode);
}

std::int64_t StreamedBytes(const SplitPlan& planned, int count) {
  const ModelProblem problem(planned.model, Devices(count), {});
  std::int64_t bytes = 0;
  for (const auto& parts : ExplainPlan(problem, *planned.plan).parts) {
    bytes += parts.placement.streamed_bytes;
  }
  return bytes;
}

double Gain(const SplitPlan& planned) {
  return static_cast<double>(planned.unsplit->period.count()) /
         static_cast<double>(planned.plan->period.count());
}

struct TooWide {
  int width;
  int devices;
};
class TooWideNets : public testing::TestWithParam<TooWide> {};

// The fewest devices that hold them, and the eight that are asked for.
INSTANTIATE_TEST_SUITE_P(Widths, TooWideNets,
                         testing::Values(TooWide{3000, 4}, TooWide{4000, 8},
                                         TooWide{5000, 10}, TooWide{6000, 15}),
                         [](const auto& test) {
                           return "Fc" + std::to_string(test.param.width);
                         });

TEST_P(TooWideNets, AreOnChipInParts) {
  const auto [width, devices] = GetParam();
  const Model model = GenerateFullyConnected({.width = width});
  EXPECT_EQ(OversizeLayers(model, Devices(devices)).size(), 3U);
  const SplitPlan planned = PlanOn(model, devices);
  ASSERT_TRUE(planned.plan && planned.unsplit);
  EXPECT_EQ(StreamedBytes(planned, devices), 0);
  EXPECT_EQ(planned.plan->num_devices(), devices);
  EXPECT_GE(Gain(planned), 70);
  EXPECT_EQ(planned.plan->certificate->claim, Claim::kAllOrders);
}

TEST(SplitPlans, AreNeverBehindPlansWithout) {
  for (const int width : {1400, 2620}) {
    const Model model = GenerateFullyConnected({.width = width});
    for (int devices = 1; devices <= 4; ++devices) {
      for (const auto objective :
           {Objective::kThroughput, Objective::kLatency}) {
        const PlanOptions options{.objective = objective};
        const auto never = PlanOn(model, devices, SplitMode::kNever, options);
        EXPECT_TRUE(never.splits.empty());
        const auto split = PlanOn(model, devices, SplitMode::kAuto, options);
        EXPECT_LE(ValueOf(*split.plan, objective),
                  ValueOf(*never.plan, objective));
      }
    }
  }
}

// A third of each of two layers, instead of a whole one, is streamed.
TEST(SplitPlans, StreamLessWhereDevicesAreTooFew) {
  const SplitPlan planned = PlanOn(GenerateFullyConnected({.width = 2620}), 2);
  EXPECT_EQ(planned.splits.size(), 3U);
  EXPECT_GT(Gain(planned), 2);
}

TEST(SplitPlans, AreNoSlowerOnMoreDevices) {
  const Model model = GenerateConv({.width = 682});
  std::chrono::nanoseconds fewer = std::chrono::nanoseconds::max();
  for (int devices = 1; devices <= 6; ++devices) {
    const SplitPlan planned = PlanOn(model, devices);
    ASSERT_TRUE(planned.plan);
    EXPECT_LE(planned.plan->period, fewer) << devices;
    fewer = planned.plan->period;
  }
}

TEST(SplitPlans, LeaveWhatFitsWhole) {
  const SplitPlan large = PlanOn(GenerateFullyConnected({.width = 2620}), 3);
  EXPECT_TRUE(large.splits.empty());
  EXPECT_EQ(large.unsplit, large.plan);
  const SplitPlan small = PlanOn(GenerateFullyConnected({.width = 1400}), 3);
  EXPECT_TRUE(small.splits.empty());
  EXPECT_FALSE(small.unsplit);
}

TEST(SplitPlans, SplitEachLayerWhenAsked) {
  const Model model = GenerateConv({.width = 130, .size = 16});
  const SplitPlan planned = PlanOn(model, 2, SplitMode::kAlways);
  EXPECT_EQ(planned.splits.size(), 5U);
  EXPECT_GT(planned.model.graph.num_ops(), 15);
}

TEST(SplitPlans, DoNothingForCpuCoresAlone) {
  const Model model = GenerateFullyConnected({.width = 300});
  const SplitPlan planned = PlanWithSplits(model, {{.name = "cpu", .count = 2}},
                                           {}, {}, SplitMode::kAlways);
  EXPECT_TRUE(planned.splits.empty());
  EXPECT_TRUE(planned.plan);
}

// Convolutions of 7.4 MiB each, which the banks do not take, over large maps.
TEST(SplitPlans, TakeTransfersIntoAccount) {
  const Model model = GenerateConv({.width = 900, .layers = 3, .size = 16});
  const SplitPlan planned = PlanOn(model, 4);
  ASSERT_TRUE(planned.unsplit);
  EXPECT_EQ(StreamedBytes(planned, 4), 0);
  EXPECT_GT(Gain(planned), 1.5);
}

TEST(SplitPlans, NamesOfModes) {
  for (const auto mode :
       {SplitMode::kAuto, SplitMode::kNever, SplitMode::kAlways}) {
    EXPECT_EQ(ParseSplitMode(SplitModeName(mode)), mode);
  }
  EXPECT_THROW(ParseSplitMode("sometimes"), Error);
}

}  // namespace
}  // namespace coralline
