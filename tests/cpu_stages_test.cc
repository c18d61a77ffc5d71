// What accelerators leave to the CPU: planned as stages on cores, and run so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "coralline/device/testing.h"
#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/runtime/runner.h"
#include "coralline/sim/operator_support.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/networks.h"

namespace coralline {
namespace {

constexpr int kSize = 64;

Model Detector(std::string_view name) {
  return GenerateNetwork(name, {.size = kSize});
}

DeviceGroup EdgeTpus(int count) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  return {.name = spec.name, .count = count, .spec = spec};
}

DeviceGroup Cores(int count) {
  return {.name = "cpu", .count = count, .unmapped_ops_only = true};
}

// Of the model's order: all orders of a decoding tail take a while.
Plan PlanFor(const ModelProblem& problem) {
  return FindPlan(problem.problem(), {.all_orders = false}).value();
}

bool HasMappedOps(const Model& model, const Segment& segment) {
  const auto mappings = MapOps(model.graph);
  return std::any_of(segment.ops.begin(), segment.ops.end(),
                     [&](int op) { return mappings[op].is_mapped(); });
}

TEST(CpuStages, FollowTheDevicesInThePlan) {
  for (const char* name : {"ssd_mobilenet_v2", "efficientdet_lite0"}) {
    const Model model = Detector(name);
    const ModelProblem problem(model, {EdgeTpus(2)}, {});
    const Plan plan = PlanFor(problem);
    ASSERT_GE(plan.stages.size(), 2U) << name;
    EXPECT_TRUE(problem.is_cpu(plan.stages.back().device_class));
    std::chrono::nanoseconds slowest{0};
    for (const PlannedStage& stage : plan.stages) {
      slowest = std::max(slowest, stage.period());
      EXPECT_EQ(problem.is_cpu(stage.device_class),
                !HasMappedOps(model, stage.segment));
    }
    EXPECT_EQ(plan.period, slowest) << "they overlap";
  }
}

TEST(CpuStages, AreReplicatedOnTheCoresThereAre) {
  const Model model =
      GenerateNetwork("efficientdet_lite0", {.size = kSize, .classes = 2000});
  const auto period_on = [&](int cores) {
    return PlanFor(ModelProblem(model, {EdgeTpus(8), Cores(cores)}, {})).period;
  };
  const auto on_one = period_on(1);
  EXPECT_LT(period_on(2).count(), 0.6 * static_cast<double>(on_one.count()));
}

std::vector<TensorData> InputOf(const Model& model, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  return RandomData(InterfaceOf(model.graph).inputs, random);
}

std::vector<TensorData> OutputsOfOneCore(const Model& model,
                                         const std::vector<TensorData>& input) {
  return RunOnce(*CpuDevice({}, CpuKernels::kBuiltin).Load(model), input);
}

void ExpectExact(const Model& model, Pipeline& pipeline) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pipeline.Push(InputOf(model, i)));
    Completion completion;
    ASSERT_TRUE(pipeline.Pop(completion));
    ASSERT_EQ(completion.outcome, Outcome::kDone);
    EXPECT_EQ(completion.outputs, OutputsOfOneCore(model, InputOf(model, i)));
  }
}

// On emulated devices whose outputs the CPU computes.
void ExpectExactOnDevicesAlone(const Model& model, bool has_head) {
  const Runner runner =
      OpenRunner(model, {.devices = {"emulated:edgetpu-pcie:2"},
                         .kernels = CpuKernels::kBuiltin,
                         .compute = true});
  EXPECT_EQ(runner.origin, "measured and simulated");
  ASSERT_GE(runner.class_names.size(), 2U);
  EXPECT_EQ(runner.class_names.back(), "cpu");
  EXPECT_EQ(runner.class_names.front() == "cpu", has_head);
  EXPECT_THAT(runner.class_names, testing::Contains("edgetpu-pcie"));
  ExpectExact(model, *runner.pipeline);
}

TEST(CpuStages, OfDetectorsRunExactlyBehindDevices) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  for (const char* name : {"ssd_mobilenet_v2", "efficientdet_lite0"}) {
    ExpectExactOnDevicesAlone(Detector(name), /*has_head=*/false);
  }
}

// A CAST in front, and behind an unsupported op supported ones.
TEST(CpuStages, BeforeAndBehindDevicesRunExactly) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                    "movenet_single_pose_lightning_ptq.tflite";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared models";
  ExpectExactOnDevicesAlone(ReadTflite(path), /*has_head=*/true);
}

// Each device's host runs what it leaves over.
TEST(CpuStages, WithinStagesOfDevicesRunExactly) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Model model = Detector("ssd_mobilenet_v2");
  const ModelProblem problem(model, {EdgeTpus(2)}, {.cpu_fallback = true});
  const std::string device = "edgetpu-pcie";
  const PlanDocument document = DocumentOf(
      problem, {}, PlanFor(problem), {{device, ReadDeviceSpecText(device)}});
  const Runner runner = OpenRunner(
      model,
      {.kernels = CpuKernels::kBuiltin, .compute = true, .plan = document});
  EXPECT_THAT(runner.class_names, testing::Each(device));
  EXPECT_THAT(runner.origin, testing::HasSubstr("estimated"));
  EXPECT_EQ(runner.plan.period, document.plan.period);
  ExpectExact(model, *runner.pipeline);
}

float FloatAt(const TensorData& data, std::size_t index) {
  float value = 0;
  std::memcpy(&value, data.data() + index * sizeof value, sizeof value);
  return value;
}

// Where nothing is predicted to differ, boxes are the anchors.
TEST(DetectorTail, DecodesBoxesFromAnchors) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Model model = Detector("ssd_mobilenet_v2");
  const Model tail =
      ExtractSegment(model, PartsOf(model.graph, MapOps(model.graph)).tail);
  const auto executable = CpuDevice({}, CpuKernels::kBuiltin).Load(tail);
  std::vector<TensorData> inputs;
  for (const TensorSpec& input : executable->inputs()) {
    inputs.push_back(TensorData(input.bytes));  // zero is the zero point
  }
  const auto outputs = RunOnce(*executable, inputs);
  // The largest of the outputs.
  const TensorData& box = *std::max_element(
      outputs.begin(), outputs.end(),
      [](const auto& a, const auto& b) { return a.size() < b.size(); });
  // A map of 4 x 4; the first anchor is a square of a tenth.
  constexpr float kCentre = 0.125F;
  constexpr float kHalf = 0.05F;
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(FloatAt(box, i), kCentre + (i < 2 ? -kHalf : kHalf), 1e-6);
  }
  // The second is twice as wide as high, of an area of 0.2 x 0.2.
  const float height = FloatAt(box, 6) - FloatAt(box, 4);
  const float width = FloatAt(box, 7) - FloatAt(box, 5);
  EXPECT_NEAR(width / height, 2, 1e-5);
  EXPECT_NEAR(width * height, 0.04, 1e-6);
}

}  // namespace
}  // namespace coralline
