// Planning of whole models: on emulated devices, from profiles, and the
// published cases that an explanation must get right.

#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/device/emulated_device.h"
#include "coralline/device/testing.h"
#include "coralline/planning/explanation.h"
#include "coralline/planning/measured_planning.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using testing_util::FakeDevice;
using testing_util::FakeExecutable;

DeviceGroup EdgeTpus(int count) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  return {.name = spec.name, .count = count, .spec = spec};
}

std::vector<std::size_t> LayersPerStage(const Plan& plan) {
  std::vector<std::size_t> layers;
  for (const PlannedStage& stage : plan.stages) {
    layers.push_back(stage.segment.ops.size());
  }
  return layers;
}

TEST(PlanOnDevices, KeepsWhatIsMeasuredWhereADeviceIsLostAndGoesOn) {
  const Model model = GenerateFullyConnected({.width = 400, .layers = 8});
  const ModelProblem problem(model, {EdgeTpus(4)}, {.max_replicas = 1});
  int loads = 0;
  std::vector<std::unique_ptr<Device>> devices;
  devices.push_back(std::make_unique<FakeDevice>([&loads](const Model& part) {
    if (++loads == 4) throw Error(ErrorKind::kDevice, "fake is lost");
    return std::make_unique<FakeExecutable>(
        SpecsOf(part.graph, part.graph.inputs),
        SpecsOf(part.graph, part.graph.outputs), [](auto, auto) {});
  }));
  Profile profile;
  const MeasuredPlanningOptions options{.profiler = {.max_runs = 5},
                                        .profile = &profile};
  EXPECT_THROW(PlanOnDevices(problem, devices, options), Error);
  ASSERT_EQ(profile.segments.size(), 3U);
  const MeasuredPlan measured = PlanOnDevices(problem, devices, options);
  EXPECT_TRUE(measured.lazy.is_finished);
  // The fourth was loaded in vain; no other twice.
  EXPECT_EQ(loads, static_cast<int>(profile.segments.size()) + 1);
  int known = 0;
  for (const MeasuredSegment& segment : measured.segments) {
    known += segment.is_known ? 1 : 0;
  }
  EXPECT_EQ(known, 3);
}

TEST(PlanOnDevices, FindsTheBestPlanWithFewMeasurements) {
  const Model model = GenerateFullyConnected({.width = 400, .layers = 64});
  for (const int max_replicas : {1, 16}) {
    const ModelProblem problem(model, {EdgeTpus(4)},
                               {.max_replicas = max_replicas});
    std::vector<std::unique_ptr<Device>> devices;
    devices.push_back(
        std::make_unique<EmulatedDevice>(*EdgeTpus(1).spec, 0, std::nullopt));
    constexpr std::int64_t kTenth = 64 * 65 / 2 / 10;
    std::int64_t started = 0;
    MeasuredPlanningOptions options{
        .profiler = {.budget = std::chrono::milliseconds(50)}};
    options.lazy.progress = [&](std::int64_t, std::int64_t) { ++started; };
    options.lazy.plan.should_stop = [&] { return started > kTenth; };
    const MeasuredPlan measured = PlanOnDevices(problem, devices, options);
    for (const MeasuredSegment& segment : measured.segments) {
      const auto simulated =
          problem.problem().costs->Of(segment.profile.segment.ops, 0)->busy;
      if (segment.profile.latency > simulated * 1.5) {
        GTEST_SKIP() << "the machine is too busy to emulate: "
                     << segment.profile.latency.count() << " ns for "
                     << simulated.count();
      }
    }
    ASSERT_TRUE(measured.lazy.plan && measured.lazy.is_finished);
    EXPECT_EQ(measured.num_exhaustive, 64 * 65 / 2);
    EXPECT_LE(measured.lazy.measured, kTenth);
    EXPECT_EQ(measured.lazy.measured,
              static_cast<std::int64_t>(measured.segments.size()));
    EXPECT_EQ(measured.segments.front().profile.origin, Origin::kEmulated);
    // What all simulated costs give; emulation is late by microseconds, more on
    // a loaded machine.
    const auto simulated = FindPlan(problem.problem(), {});
    std::vector<Segment> segments;
    for (const PlannedStage& stage : measured.lazy.plan->stages) {
      segments.push_back(stage.segment);
    }
    const auto as_simulated = PlanOfSegments(problem.problem(), segments);
    if (max_replicas == 1) {
      EXPECT_LE(as_simulated->period, simulated->period * 1.02);
    }
    EXPECT_GE(measured.lazy.plan->period, simulated->period);
  }
}

TEST(ProfileCosts, GiveThePlanOfTheCostsThatWereProfiled) {
  const Model model = GenerateFullyConnected({.width = 1500});
  const ModelProblem problem(model, {EdgeTpus(3)}, {.max_replicas = 1});
  const auto simulated = FindPlan(problem.problem(), {});
  Profile profile;
  for (int begin = 0; begin < model.graph.num_ops(); ++begin) {
    for (int end = begin + 1; end <= model.graph.num_ops(); ++end) {
      const Segment segment = OpRange(begin, end);
      const auto busy = problem.problem().costs->Of(segment.ops, 0)->busy;
      profile.Add({.segment = segment,
                   .latency = busy,
                   .low = busy,
                   .high = busy,
                   .origin = Origin::kSimulated});
    }
  }
  ProfileCosts costs(profile, *problem.problem().costs, kNativeHost);
  PlanProblem known = problem.problem();
  known.costs = &costs;
  known.floors = {};
  EXPECT_EQ(FindPlan(known, {})->period, simulated->period);
  EXPECT_EQ(LayersPerStage(*FindPlan(known, {})), LayersPerStage(*simulated));
  // The whole model alone is no cover of three stages, but it is a plan.
  Profile whole;
  whole.Add(*profile.Find(OpRange(0, model.graph.num_ops()).ops));
  ProfileCosts one(whole, *problem.problem().costs, kNativeHost);
  known.costs = &one;
  EXPECT_EQ(FindPlan(known, {})->stages.size(), 1);
}

// PAPER.md: 47x with three devices, 35x with four.
TEST(Explain, ThreeDevicesBeatFourUnderThePythonHost) {
  const Model model = GenerateFullyConnected({.width = 2620});
  const Explanation why =
      Explain(model, EdgeTpus(4), {.host = kPythonHost}, {});
  EXPECT_EQ(why.best.num_devices, 3);
  EXPECT_EQ(LayersPerStage(why.best.plan), (std::vector<std::size_t>{2, 1, 2}));
  // The host is what limits it, and with four stages more so.
  EXPECT_EQ(why.best.load.period(), why.best.load.host);
  EXPECT_EQ(why.by_count[3].plan.period, why.by_count[2].plan.period);
  ASSERT_TRUE(why.all_devices);
  EXPECT_EQ(why.all_devices->load.period(), why.all_devices->load.host);
  EXPECT_EQ(why.all_devices->load.host, why.best.load.host / 3 * 4);
}

TEST(Explain, TheEqualCutInThreeLosesFromWidth2020) {
  for (const int width : {1980, 2020}) {
    const Model model = GenerateFullyConnected({.width = width});
    const Explanation why =
        Explain(model, EdgeTpus(3), {.host = kPythonHost}, {});
    const ExplainedPlan& equal = *why.strategies[1].explained;
    EXPECT_EQ(LayersPerStage(equal.plan), (std::vector<std::size_t>{1, 2, 2}));
    const auto streamed = equal.parts[1].placement.streamed_bytes;
    if (width == 1980) {
      EXPECT_EQ(streamed, 0);
      EXPECT_EQ(equal.load.period(), equal.load.host);
    } else {
      EXPECT_GT(streamed, 3 << 20);
      EXPECT_EQ(equal.SlowestStage(), 1);
      EXPECT_GT(equal.plan.period, 10 * why.best.plan.period);
    }
  }
}

TEST(Explain, AWrongCutIsSlowerThanOneDevice) {
  const Model model = GenerateFullyConnected({.width = 100});
  const Explanation why =
      Explain(model, EdgeTpus(4), {.host = kPythonHost}, {});
  const ExplainedPlan& equal = *why.strategies[1].explained;
  EXPECT_GT(equal.plan.period, 2 * why.alone.plan.period);
  EXPECT_EQ(equal.load.period(), equal.load.host);
  EXPECT_LE(why.best.plan.period, why.alone.plan.period);
}

}  // namespace
}  // namespace coralline
