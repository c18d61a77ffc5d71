#include <fmt/format.h>

#include "coralline/compiled/compiled_model.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"
#include "coralline/zoo/synthetic.h"
#include "tests/cli/cli_fixture.h"
#include "tests/fake_edgetpu/mixed_model.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing_util::MixedModel;

/// The program that the fixture runs is the fake compiler.
class FakeCompiler : public Cli {
 protected:
  void WriteModel(const Model& model) {
    Write("m.tflite", {reinterpret_cast<const char*>(model.bytes.data()),
                       model.bytes.size()});
  }
  Model Output() const {
    return ReadTflite(folder_ / "m_edgetpu.tflite", Compiled::kAllow);
  }
  std::string KibText(const std::string& name) const {
    return fmt::format("{:.2f}KiB",
                       static_cast<double>(FileBytes(name)) / 1024);
  }
  std::string Log() const {
    std::ifstream file(folder_ / "m_edgetpu.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(FakeCompiler, SaysItsVersionAndThatItIsAFake) {
  const Result result = Run("--version");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "Edge TPU Compiler version 16.0.384591198-fake\n");
}

TEST_F(FakeCompiler, PrintsWhatTheCompilerPrints) {
  WriteModel(MixedModel());
  const Result result = Run("-s -m 13 -t 20 -a -d m.tflite");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output,
            R"(Edge TPU Compiler version 16.0.384591198-fake
Started a compilation timeout timer of 20 seconds.

Model compiled successfully in 0 ms.

Input model: m.tflite
Input size: )" + KibText("m.tflite") +
                R"(
Output model: ./m_edgetpu.tflite
Output size: )" +
                KibText("m_edgetpu.tflite") + R"(
On-chip memory used for caching model parameters: 1.00KiB
On-chip memory remaining for caching model parameters: 7.85MiB
Off-chip memory used for streaming uncached model parameters: 0.00B
Number of Edge TPU subgraphs: 1
Total number of operations: 4
Operation log: ./m_edgetpu.log

Model successfully compiled but not all operations are supported by the Edge TPU.
Number of operations that will run on Edge TPU: 2
Number of operations that will run on CPU: 2

Operator                       Count      Status

ARG_MAX                        1          Operation is working on an unsupported data type
FULLY_CONNECTED                2          Mapped to Edge TPU
QUANTIZE                       1          Operation is working on an unsupported data type

Compilation child process completed within timeout period.
Compilation succeeded!
)");
  EXPECT_THAT(Log(), AllOf(HasSubstr("Input: m.tflite"),
                           HasSubstr("FULLY_CONNECTED                2")));
}

TEST_F(FakeCompiler, LeavesAroundTheCustomOpWhatTheEdgeTpuDoesNotRun) {
  WriteModel(MixedModel());
  Run("m.tflite");
  const Graph graph = Output().graph;
  std::vector<std::string> names;
  for (const Op& op : graph.ops) names.push_back(OpName(op));
  EXPECT_THAT(names, ElementsAre("QUANTIZE", "edgetpu-custom-op", "ARG_MAX"));
  EXPECT_EQ(graph.tensors[graph.inputs[0]].name, "input");
  EXPECT_EQ(graph.tensors[graph.outputs[0]].name, "output");
}

TEST_F(FakeCompiler, WritesPackagesOfTheSimulatorsSizes) {
  const Model model = GenerateFullyConnected({.width = 1800});
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  const auto cost =
      CostOf(model.graph, OpRange(0, model.graph.num_ops()), layers, spec);
  ASSERT_GT(cost.placement.cached_bytes, 0);
  ASSERT_GT(cost.placement.streamed_bytes, 0);
  WriteModel(model);
  EXPECT_EQ(Run("-m 13 m.tflite").status, 0);
  const auto packages = ReadPackages(Output());
  ASSERT_THAT(packages, SizeIs(1));
  EXPECT_EQ(packages[0].min_runtime_version, 13);
  EXPECT_EQ(packages[0].cached_bytes(), cost.placement.cached_bytes);
  EXPECT_EQ(packages[0].streamed_bytes(), cost.placement.streamed_bytes);
  ASSERT_THAT(packages[0].executables, SizeIs(2));
  const CompiledExecutable& inference = *packages[0].inference();
  EXPECT_EQ(inference.type, ExecutableType::kExecutionOnly);
  EXPECT_EQ(inference.instruction_bytes, InstructionBytes(layers));
  EXPECT_NE(inference.parameter_caching_token, 0);
  EXPECT_EQ(inference.traffic->outputs, 10);
}

TEST_F(FakeCompiler, CopiesAModelThatTheEdgeTpuRunsNothingOf) {
  ModelBuilder builder;
  Tensor tensor{.name = "in", .type = DataType::kFloat32, .shape = {1, 2}};
  const int input = builder.AddInput(tensor);
  tensor = {.name = "out",
            .type = DataType::kInt8,
            .shape = {1, 2},
            .quantization = {.scale = {1}, .zero_point = {0}}};
  const int output = builder.AddActivation(tensor);
  builder.AddOp(
      {.kind = OpKind::kQuantize, .inputs = {input}, .outputs = {output}});
  builder.SetOutputs({output});
  WriteModel(builder.Build("m"));
  const Result result = Run("m.tflite");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, HasSubstr("Number of Edge TPU subgraphs: 0"));
  EXPECT_FALSE(IsCompiled(Output().graph));
}

TEST_F(FakeCompiler, RefusesWhatIsNoModel) {
  Write("m.tflite", "noise");
  const Result result = Run("m.tflite");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("Invalid model: m.tflite\n"));
  EXPECT_NE(Run("").status, 0);
  EXPECT_NE(Run("--unknown m.tflite").status, 0);
}

TEST_F(FakeCompiler, CrashesOrFailsOnRequest) {
  WriteModel(MixedModel());
  const Result failed = Run("m.tflite", "FAKE_EDGETPU_COMPILER=fail");
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.output, HasSubstr("Internal compiler error. Aborting!"));
  constexpr int kAborted = 128 + SIGABRT;
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=crash").status, kAborted);
  EXPECT_THAT(Files(), ElementsAre("m.tflite", "stderr.txt"));
}

TEST_F(FakeCompiler, HangsOnRequest) {
  WriteModel(MixedModel());
  constexpr int kTimedOut = 124;
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=hang timeout 0.2").status,
            kTimedOut);
}

TEST_F(FakeCompiler, WritesNothingOrGarbageOnRequest) {
  WriteModel(MixedModel());
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=nothing").status, 0);
  EXPECT_THAT(Files(), ElementsAre("m.tflite", "stderr.txt"));
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=garbage").status, 0);
  EXPECT_THROW(Output(), Error);
}

TEST_F(FakeCompiler, WritesBadPackagesOnRequest) {
  WriteModel(MixedModel());
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=truncated").status, 0);
  EXPECT_THROW(ReadPackages(Output()), Error);
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=newer").status, 0);
  EXPECT_EQ(ReadPackages(Output())[0].min_runtime_version, 99);
  EXPECT_EQ(Run("m.tflite", "FAKE_EDGETPU_COMPILER=slow:0.01").status, 0);
  EXPECT_EQ(ReadPackages(Output())[0].min_runtime_version, 14);
}

}  // namespace
}  // namespace coralline
