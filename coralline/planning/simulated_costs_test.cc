#include "coralline/planning/simulated_costs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "coralline/graph/testing.h"
#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

// Ops of int8 additions, which an Edge TPU runs; `floats` of them at the end,
// which it does not.
Model AddsOf(int mapped, int floats) {
  testing_util::GraphMaker maker;
  int last = maker.Input("input", 1000);
  for (int i = 0; i < mapped + floats; ++i) {
    last = maker.Op("op" + std::to_string(i), {last, last}, 1000);
  }
  Model model{.name = "adds", .graph = maker.Finish({last})};
  for (int i = mapped; i < mapped + floats; ++i) {
    model.graph.tensors[model.graph.ops[i].outputs[0]].type =
        DataType::kFloat32;
  }
  return model;
}

TEST(SimulatedCosts, AreThoseOfTheSimulator) {
  const Model model = AddsOf(4, 0);
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  SimulatedCosts costs(model, {{spec}}, kNativeHost);
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  for (const auto& [begin, end] : {std::pair(0, 4), {1, 3}, {1, 4}, {0, 1}}) {
    const Segment segment = OpRange(begin, end);
    const SegmentCost cost = CostOf(model.graph, segment, layers, spec);
    const auto ours = costs.Of(segment.ops, 0);
    ASSERT_TRUE(ours);
    EXPECT_EQ(ours->busy, nanoseconds(std::llround(1e6 * cost.warm_ms())));
    EXPECT_EQ(ours->host, nanoseconds(0));
    EXPECT_LT(ours->link, ours->busy);
    EXPECT_GE(ours->busy.count(),
              costs.Floors().stage.count() +
                  (end - begin) * costs.Floors().ops[1].count());
  }
}

TEST(SimulatedCosts, PythonHoldsTheHostAtEveryStage) {
  const Model model = AddsOf(2, 0);
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  SimulatedCosts native(model, {{spec}}, kNativeHost);
  SimulatedCosts python(model, {{spec}}, kPythonHost);
  const std::vector<int> ops = {0, 1};
  EXPECT_EQ(python.Of(ops, 0)->host, nanoseconds(245'000));
  EXPECT_EQ(python.Of(ops, 0)->busy,
            native.Of(ops, 0)->busy + nanoseconds(245'000));
  const auto more = python.Floors().stage - native.Floors().stage;
  EXPECT_LE(more, nanoseconds(245'000));
  EXPECT_GE(more, nanoseconds(244'998));
}

TEST(ModelProblem, LeavesToTheCpuWhatTheAcceleratorDoesNotRun) {
  const Model model = AddsOf(3, 2);
  const ModelProblem problem(
      model,
      {{.name = "tpu", .count = 2, .spec = ReadDeviceSpec("edgetpu-pcie")}},
      {});
  const auto plan = FindPlan(problem.problem(), {});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(problem.is_cpu(plan->stages.back().device_class));
  EXPECT_EQ(plan->stages.back().segment, OpRange(3, 5));
  EXPECT_EQ(NumDevices(*plan, problem), plan->num_devices() - 1);
}

TEST(ModelProblem, KeepsOpsThatShareAStateTogether) {
  testing_util::GraphMaker maker;
  const int input = maker.Input("input", 100);
  const int state = maker.Variable("state");
  const int a = maker.Op("a", {input, state}, 100);
  const int b = maker.Op("b", {a}, 100);
  const int c = maker.Op("c", {b, state}, 100);
  const Model model{.name = "m", .graph = maker.Finish({c})};
  SimulatedCosts costs(model, {{ReadDeviceSpec("edgetpu-pcie")}}, kNativeHost);
  EXPECT_FALSE(costs.Of(std::vector<int>{0, 1}, 0));
  EXPECT_TRUE(costs.Of(std::vector<int>{1}, 0)->can_replicate);
  EXPECT_FALSE(costs.Of(std::vector<int>{0, 1, 2}, 0)->can_replicate);
}

TEST(ModelProblem, GivesEachLinkAClassOfItsOwn) {
  const Model model = AddsOf(3, 0);
  const ModelProblem problem(
      model,
      {{.name = "tpu", .count = 5, .spec = ReadDeviceSpec("edgetpu-pcie")}},
      {.devices_per_link = 2});
  std::vector<int> counts;
  for (const DeviceClass& device : problem.problem().classes) {
    EXPECT_TRUE(device.shares_link);
    counts.push_back(device.count);
  }
  EXPECT_EQ(counts, (std::vector<int>{2, 2, 1}));
}

}  // namespace
}  // namespace coralline
