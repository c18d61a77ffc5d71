#include "coralline/runtime/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using testing::Each;
using testing::HasSubstr;

const Model& SmallModel() {
  static const Model model = GenerateConv({.width = 8, .layers = 4, .size = 8});
  return model;
}

std::vector<TensorData> OutputsOfOneCore(const Model& model,
                                         const std::vector<TensorData>& input) {
  return RunOnce(*CpuDevice({}, CpuKernels::kBuiltin).Load(model), input);
}

std::vector<TensorData> InputOf(const Model& model, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  return RandomData(InterfaceOf(model.graph).inputs, random);
}

// Sends requests through and compares each result with one core's.
void ExpectRightResults(const Model& model, Pipeline& pipeline,
                        int num_requests) {
  for (int i = 0; i < num_requests; ++i) {
    ASSERT_TRUE(pipeline.Push(InputOf(model, i)));
    Completion completion;
    ASSERT_TRUE(pipeline.Pop(completion));
    ASSERT_EQ(completion.outcome, Outcome::kDone) << i;
    EXPECT_EQ(completion.outputs, OutputsOfOneCore(model, InputOf(model, i)))
        << i;
  }
}

std::string MessageOf(const Model& model, const RunnerOptions& options,
                      ErrorKind kind) {
  try {
    OpenRunner(model, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "";
}

RunnerOptions Emulated(int count) {
  return {.devices = {"emulated:edgetpu-pcie:" + std::to_string(count)},
          .kernels = CpuKernels::kBuiltin,
          .compute = true};
}

TEST(Runner, OneDeviceRunsTheWholeModel) {
  for (const char* device : {"cpu", "emulated:edgetpu-pcie"}) {
    const Runner runner =
        OpenRunner(SmallModel(), {.devices = {device},
                                  .kernels = CpuKernels::kBuiltin,
                                  .compute = true});
    ASSERT_EQ(runner.plan.stages.size(), 1U);
    EXPECT_EQ(runner.plan.segments()[0], OpRange(0, 4));
    ExpectRightResults(SmallModel(), *runner.pipeline, 3);
  }
}

TEST(Runner, PlansForEmulatedDevicesWithSimulatedCosts) {
  const Model model =
      GenerateFullyConnected({.width = 1500, .layers = 8, .input = 1500});
  const Runner runner = OpenRunner(model, Emulated(3));
  EXPECT_EQ(runner.origin, "simulated");
  EXPECT_THAT(runner.class_names, Each("edgetpu-pcie"));
  EXPECT_EQ(runner.class_names.size(), runner.plan.stages.size());
  ASSERT_TRUE(runner.plan.certificate);
  EXPECT_EQ(runner.plan.num_devices(), 3);
  EXPECT_EQ(runner.pipeline->num_devices(), 3);
  ExpectRightResults(model, *runner.pipeline, 2);
}

TEST(Runner, CoresRunWhatWasMeasured) {
  const Runner runner = OpenRunner(
      SmallModel(),
      {.devices = {"cpu:0", "cpu:0"}, .kernels = CpuKernels::kBuiltin});
  EXPECT_EQ(runner.origin, "measured");
  EXPECT_THAT(runner.class_names, Each("cpu"));
  EXPECT_GT(runner.plan.period.count(), 0);
  ExpectRightResults(SmallModel(), *runner.pipeline, 4);
}

TEST(Runner, SegmentsRunOnTheDevicesAsGiven) {
  RunnerOptions options{.devices = {"emulated:edgetpu-pcie", "cpu:0"},
                        .kernels = CpuKernels::kBuiltin,
                        .compute = true};
  options.segments = SegmentsAt(4, std::vector{3});
  const Runner runner = OpenRunner(SmallModel(), options);
  EXPECT_EQ(runner.plan.segments(), *options.segments);
  EXPECT_EQ(runner.class_names,
            (std::vector<std::string>{"edgetpu-pcie", "cpu"}));
  EXPECT_EQ(runner.origin, "estimated and simulated");
  const PipelineStats stats = runner.pipeline->Stats();
  ASSERT_EQ(stats.stages.size(), 2U);
  EXPECT_THAT(stats.stages[0].replicas[0].description,
              HasSubstr("edgetpu-pcie #0, emulated"));
  EXPECT_THAT(stats.stages[1].replicas[0].description, HasSubstr("cpu:0"));
  ExpectRightResults(SmallModel(), *runner.pipeline, 3);
}

PlanDocument DocumentWithReplicas(const Model& model) {
  const std::string device = "edgetpu-pcie";
  const ModelProblem problem(
      model, {{.name = device, .count = 3, .spec = ReadDeviceSpec(device)}},
      {});
  auto plan = FindPlan(problem.problem(), {});
  return DocumentOf(problem, {}, std::move(*plan),
                    {{device, ReadDeviceSpecText(device)}});
}

TEST(Runner, APlanRunsWithItsReplicas) {
  const PlanDocument document = DocumentWithReplicas(SmallModel());
  ASSERT_EQ(document.plan.stages.size(), 1U);
  ASSERT_EQ(document.plan.stages[0].replicas, 3);
  const Runner runner = OpenRunner(
      SmallModel(),
      {.kernels = CpuKernels::kBuiltin, .compute = true, .plan = document});
  EXPECT_EQ(runner.pipeline->num_devices(), 3);
  EXPECT_EQ(runner.plan.period, document.plan.period);
  EXPECT_EQ(runner.class_names[0], "edgetpu-pcie");
  ExpectRightResults(SmallModel(), *runner.pipeline, 9);
}

TEST(Runner, APlanRunsOnOtherDevicesWhereThereIsOneForEachReplica) {
  const PlanDocument document = DocumentWithReplicas(SmallModel());
  RunnerOptions options{.devices = {"cpu:0", "cpu:0", "cpu:0"},
                        .kernels = CpuKernels::kBuiltin,
                        .plan = document};
  const Runner runner = OpenRunner(SmallModel(), options);
  ExpectRightResults(SmallModel(), *runner.pipeline, 3);
  options.devices.pop_back();
  EXPECT_THAT(MessageOf(SmallModel(), options, ErrorKind::kUsage),
              HasSubstr("the plan uses 3 devices and 2 are given"));
}

// No device holds one of its hidden layers.
TEST(Runner, LayersThatDoNotFitRunInParts) {
  const Model model = GenerateFullyConnected({.width = 3000});
  const Runner runner = OpenRunner(model, Emulated(4));
  EXPECT_EQ(runner.splits.size(), 3U);
  EXPECT_LT(runner.plan.period, std::chrono::milliseconds(1));
  ExpectRightResults(model, *runner.pipeline, 2);
  RunnerOptions whole = Emulated(2);
  whole.split_layers = SplitMode::kNever;
  EXPECT_TRUE(OpenRunner(model, whole).splits.empty());
}

TEST(Runner, APlanBringsItsSplitLayers) {
  const Model model = GenerateConv({.width = 70, .layers = 2, .size = 4});
  const std::string device = "edgetpu-pcie";
  const SplitPlan planned = PlanWithSplits(
      model, {{.name = device, .count = 2, .spec = ReadDeviceSpec(device)}},
      {.max_replicas = 1}, {}, SplitMode::kAlways);
  ASSERT_EQ(planned.splits.size(), 2U);
  const ModelProblem problem(
      planned.model,
      {{.name = device, .count = 2, .spec = ReadDeviceSpec(device)}},
      {.max_replicas = 1});
  PlanDocument document = DocumentOf(problem, {}, *planned.plan,
                                     {{device, ReadDeviceSpecText(device)}});
  document.splits = planned.splits;
  document.model_hash = StructureHash(model.graph);
  RunnerOptions options = Emulated(2);
  options.devices.clear();
  options.plan = ParsePlanDocument(
      FormatPlanDocument(document, planned.model.graph), "p.json", model);
  EXPECT_EQ(options.plan->splits, planned.splits);
  const Runner runner = OpenRunner(model, options);
  EXPECT_EQ(runner.splits, planned.splits);
  ExpectRightResults(model, *runner.pipeline, 3);
}

TEST(Runner, ALostDeviceLosesNoRequest) {
  RunnerOptions options = Emulated(3);
  options.segments = SegmentsAt(4, std::vector{1, 3});
  options.faults = {ParseFault("device=1,at=2,kind=lost")};
  const Runner runner = OpenRunner(SmallModel(), options);
  ExpectRightResults(SmallModel(), *runner.pipeline, 20);
  const PipelineStats stats = runner.pipeline->Stats();
  EXPECT_EQ(stats.done, 20);
  for (const StageStats& stage : stats.stages) {
    for (const ReplicaStats& replica : stage.replicas) {
      EXPECT_NE(replica.device, 1);
    }
  }
}

TEST(Runner, FaultsOfAPlansDevicesCountThroughItsStages) {
  RunnerOptions options{.kernels = CpuKernels::kBuiltin,
                        .compute = true,
                        .faults = {ParseFault("device=3,at=1,kind=fail")},
                        .plan = DocumentWithReplicas(SmallModel())};
  EXPECT_THAT(MessageOf(SmallModel(), options, ErrorKind::kUsage),
              HasSubstr("there is no device 3; expected 0 to 2"));
}

TEST(Runner, StagesAndDevicesMustBeAsMany) {
  RunnerOptions options{.devices = {"cpu:0"}};
  options.segments = SegmentsAt(4, std::vector{2});
  EXPECT_THAT(MessageOf(SmallModel(), options, ErrorKind::kUsage),
              HasSubstr("2 stages and 1 devices"));
}

TEST(Runner, AMissingCoreIsAnError) {
  RunnerOptions options{.devices = {"cpu:0", "cpu:1000"}};
  options.segments = SegmentsAt(4, std::vector{2});
  EXPECT_NE(MessageOf(SmallModel(), options, ErrorKind::kDevice), "");
}

// Two ops beside each other; no Edge TPU runs the second one, on floats.
Model WithFloatOp() {
  ModelBuilder builder;
  std::vector<int> outputs;
  for (const DataType type : {DataType::kInt8, DataType::kFloat32}) {
    const std::string name = type == DataType::kInt8 ? "int8" : "float";
    Tensor tensor{.name = name, .type = type, .shape = {1, 16}};
    if (type == DataType::kInt8) {
      tensor.quantization = {.scale = {1.0F / 128}, .zero_point = {0}};
    }
    const int input = builder.AddInput(tensor);
    tensor.name += "/tanh";
    outputs.push_back(builder.AddActivation(tensor));
    builder.AddOp({.kind = OpKind::kTanh,
                   .inputs = {input},
                   .outputs = {outputs.back()}});
  }
  builder.SetOutputs(outputs);
  return builder.Build("floats");
}

TEST(Runner, OpsThatADeviceDoesNotRunAreNamed) {
  const Model model = WithFloatOp();
  RunnerOptions options = Emulated(1);
  options.segments = {OpRange(0, model.graph.num_ops())};
  EXPECT_THAT(MessageOf(model, options, ErrorKind::kModel),
              HasSubstr("op 1 (TANH) does not run on edgetpu-pcie"));
}

TEST(Runner, ACoreRunsWhatAcceleratorsLeave) {
  const Model model = WithFloatOp();
  for (const bool is_given : {true, false}) {
    RunnerOptions options = Emulated(1);
    if (is_given) options.devices.push_back("cpu:0");
    const Runner runner = OpenRunner(model, options);
    EXPECT_THAT(runner.class_names, testing::Contains("cpu"));
    ExpectRightResults(model, *runner.pipeline, 3);
  }
}

}  // namespace
}  // namespace coralline
