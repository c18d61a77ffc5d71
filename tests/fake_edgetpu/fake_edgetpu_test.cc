#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "coralline/device/testing.h"
#include "coralline/sim/device_spec.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/networks.h"
#include "coralline/zoo/synthetic.h"
#include "tests/fake_edgetpu/edgetpu_testing.h"
#include "tests/fake_edgetpu/fake_compiler.h"
#include "tests/fake_edgetpu/mixed_model.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_util::EdgeTpuLibrary;
using testing_util::Interpreter;
using testing_util::ListDevices;
using testing_util::Open;

void Set(const std::string& name, const std::string& value) {
  setenv(("FAKE_EDGETPU_" + name).c_str(), value.c_str(), 1);
}

Model CompiledOf(const Model& model, int min_runtime_version = 14,
                 bool is_truncated = false) {
  return fake_edgetpu::Compile(model,
                               {.min_runtime_version = min_runtime_version,
                                .is_truncated = is_truncated})
      .model;
}

Model SmallModel(std::uint64_t seed = 1) {
  return GenerateFullyConnected({.width = 64, .seed = seed});
}

std::vector<TensorData> InputsOf(const Model& model) {
  std::mt19937_64 random(7);
  return RandomData(SpecsOf(model.graph, model.graph.inputs), random);
}

class FakeEdgeTpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
    for (const char* name : {"DEVICES", "FAULTS", "RUNTIME", "TWINS"}) {
      unsetenv((std::string("FAKE_EDGETPU_") + name).c_str());
    }
    Set("SPEED", "0");  // nothing waits
    std::string pattern = testing::TempDir() + "fake_edgetpu_XXXXXX";
    state_ = mkdtemp(pattern.data());
    Set("STATE", state_);
  }
  void TearDown() override {
    if (!state_.empty()) std::filesystem::remove_all(state_);
  }

  int NumUploads(const std::string& device = "apex_0") const {
    std::ifstream file(state_ / (device + ".uploads"));
    int lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    return lines;
  }

  std::filesystem::path state_;
};

// The device computes what the CPU does.
void ExpectTwin(const Model& compiled, const Model& source) {
  const auto delegate = Open(EDGETPU_APEX_PCI);
  ASSERT_TRUE(delegate);
  Interpreter device(compiled, delegate.get());
  ASSERT_TRUE(device.is_ready()) << device.messages();
  Interpreter cpu(source);
  const auto inputs = InputsOf(source);
  const auto outputs = device.Run(inputs);
  EXPECT_FALSE(outputs.empty()) << device.messages();
  EXPECT_EQ(outputs, cpu.Run(inputs));
}

TEST_F(FakeEdgeTpu, ListsWhatTheEnvironmentNames) {
  Set("DEVICES", "pci:2,usb:1");
  EXPECT_THAT(ListDevices(), ElementsAre("/dev/apex_0", "/dev/apex_1",
                                         "/sys/bus/usb/devices/2-1"));
  for (const char* none : {"", "0", "pci:0", "isa:1"}) {
    Set("DEVICES", none);
    EXPECT_THAT(ListDevices(), IsEmpty()) << none;
  }
  unsetenv("FAKE_EDGETPU_DEVICES");
  EXPECT_THAT(ListDevices(), ElementsAre("/dev/apex_0"));
}

TEST_F(FakeEdgeTpu, GivesADeviceToOneDelegateAtATime) {
  Set("DEVICES", "pci:2");
  auto first = Open(EDGETPU_APEX_PCI, "/dev/apex_1");
  ASSERT_TRUE(first);
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, "/dev/apex_1"));
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, "/dev/apex_2"));
  EXPECT_FALSE(Open(EDGETPU_APEX_USB));
  const auto any = Open(EDGETPU_APEX_PCI);
  EXPECT_TRUE(any);
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI));
  first.reset();
  EXPECT_TRUE(Open(EDGETPU_APEX_PCI));
}

TEST_F(FakeEdgeTpu, RefusesADeviceThatAnotherProcessHas) {
  const int lock = open((state_ / "apex_0.lock").c_str(),
                        O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  ASSERT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0);
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI));
  close(lock);
  EXPECT_TRUE(Open(EDGETPU_APEX_PCI));
}

TEST_F(FakeEdgeTpu, TakesTheOptionsThatTheRealOneKnows) {
  EXPECT_TRUE(Open(EDGETPU_APEX_PCI, nullptr,
                   {{"Performance", "Max"}, {"Usb.AlwaysDfu", "False"}}));
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, nullptr, {{"Performance", "Most"}}));
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, nullptr, {{"Speed", "Max"}}));
}

TEST_F(FakeEdgeTpu, OpensAsAnyExternalDelegateDoes) {
  Set("DEVICES", "pci:1,usb:2");
  const auto& library = EdgeTpuLibrary::Get();
  const auto opens = [&](const char* device) {
    const char* key = "device";
    auto* delegate = library.plugin_create(&key, &device, 1, nullptr);
    library.plugin_destroy(delegate);
    return delegate != nullptr;
  };
  for (const char* device : {"", ":2", "usb", "usb:1", "pci", "pci:0"}) {
    EXPECT_TRUE(opens(device)) << device;
  }
  for (const char* device : {":3", "usb:2", "pci:1", "isa", "usb:x"}) {
    EXPECT_FALSE(opens(device)) << device;
  }
}

TEST_F(FakeEdgeTpu, SaysThatItIsAFake) {
  EXPECT_STREQ(EdgeTpuLibrary::Get().version(),
               "BuildLabel(COMPILER=fake,DATE=redacted,TIME=redacted), "
               "RuntimeVersion(14)");
}

TEST_F(FakeEdgeTpu, ComputesWhatTheCpuDoes) {
  for (const Model& model :
       {SmallModel(), GenerateConv({.width = 8, .layers = 2, .size = 8}),
        GenerateNetwork("mobilenet_v2", {.size = 32, .classes = 5}),
        testing_util::MixedModel()}) {
    SCOPED_TRACE(model.name);
    ExpectTwin(CompiledOf(model), model);
  }
}

TEST_F(FakeEdgeTpu, ComputesWhatTheCpuDoesOfPublishedModels) {
  const std::filesystem::path models = CORALLINE_MODELS_DIR;
  if (!exists(models)) GTEST_SKIP() << "the shared models are not here";
  for (const char* name :
       {"keras_lstm_mnist_ptq", "mobilenet_v1_0.25_128_quant", "split_concat",
        "movenet_single_pose_lightning_ptq"}) {
    SCOPED_TRACE(name);
    const Model model = ReadTflite(models / (std::string(name) + ".tflite"));
    ExpectTwin(CompiledOf(model), model);
  }
}

TEST_F(FakeEdgeTpu, RunsAFileOfGooglesCompilerByItsCpuTwin) {
  const std::filesystem::path models = CORALLINE_MODELS_DIR;
  const auto file = models / "mobilenet_v1_0.25_128_quant_edgetpu.tflite";
  const auto twin = models / "mobilenet_v1_0.25_128_quant.tflite";
  if (!exists(file)) GTEST_SKIP() << "the shared models are not here";
  Set("TWINS",
      (models / "mobilenet_v2_1.0_224_quant.tflite:").string() + twin.string());
  ExpectTwin(ReadTflite(file, Compiled::kAllow), ReadTflite(twin));
}

TEST_F(FakeEdgeTpu, NeedsATwinForAPackageWithoutASource) {
  const std::filesystem::path models = CORALLINE_MODELS_DIR;
  const auto file = models / "mobilenet_v1_0.25_128_quant_edgetpu.tflite";
  if (!exists(file)) GTEST_SKIP() << "the shared models are not here";
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(ReadTflite(file, Compiled::kAllow), delegate.get());
  EXPECT_FALSE(device.is_ready());
  EXPECT_THAT(device.messages(), HasSubstr("FAKE_EDGETPU_TWINS"));
}

TEST_F(FakeEdgeTpu, UploadsOnceUnlessOpenedAgain) {
  const Model model = CompiledOf(SmallModel());
  for (int opening = 1; opening <= 2; ++opening) {
    const auto delegate = Open(EDGETPU_APEX_PCI);
    Interpreter device(model, delegate.get());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(device.Invoke());
    EXPECT_EQ(NumUploads(), opening);
  }
}

// Two compiled models one after the other in one file.
Model Joined(const Model& first, const Model& second) {
  ModelBuilder builder;
  Op ops[2];
  const Model* models[2] = {&first, &second};
  int between = builder.AddInput(first.graph.tensors[first.graph.inputs[0]]);
  for (int i = 0; i < 2; ++i) {
    const Graph& graph = models[i]->graph;
    ops[i] = graph.ops[0];
    ops[i].inputs = {between};
    between = builder.AddActivation(graph.tensors[graph.outputs[0]]);
    ops[i].outputs = {between};
    builder.AddCustomOp(ops[i], CustomOptions(*models[i], 0));
  }
  builder.SetOutputs({between});
  return builder.Build("joined", Compiled::kAllow);
}

TEST_F(FakeEdgeTpu, UploadsAtEveryInferenceWhereTwoPackagesAlternate) {
  const Model whole = SmallModel();
  const auto parts =
      SplitModel(whole, SegmentsAt(whole.graph.num_ops(), std::vector<int>{2}));
  const Model joined = Joined(CompiledOf(parts[0]), CompiledOf(parts[1]));
  ExpectTwin(joined, whole);
  EXPECT_EQ(NumUploads(), 2);
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(joined, delegate.get());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(device.Invoke());
  EXPECT_EQ(NumUploads(), 2 + 2 * 3);
}

TEST_F(FakeEdgeTpu, TakesWhatTheSimulatorSays) {
  Set("SPEED", "0.1");
  const Model model = SmallModel();
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  const auto cost =
      CostOf(model.graph, OpRange(0, model.graph.num_ops()), layers, spec);
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(model), delegate.get());
  for (const double ms : {cost.first_ms(), cost.warm_ms()}) {
    const auto start = steady_clock::now();
    EXPECT_TRUE(device.Invoke());
    EXPECT_GE(steady_clock::now() - start,
              std::chrono::nanoseconds(static_cast<int>(ms * 1e7)));
  }
}

TEST_F(FakeEdgeTpu, FailsOnceWhereAFaultWantsIt) {
  Set("DEVICES", "pci:2");
  Set("FAULTS", "device=1,at=1,kind=fail");
  const Model model = CompiledOf(SmallModel());
  for (const char* path : {"/dev/apex_0", "/dev/apex_1"}) {
    const auto delegate = Open(EDGETPU_APEX_PCI, path);
    Interpreter device(model, delegate.get());
    EXPECT_TRUE(device.Invoke());
    EXPECT_EQ(device.Invoke(), path == std::string("/dev/apex_0"));
    EXPECT_TRUE(device.Invoke());
  }
}

TEST_F(FakeEdgeTpu, HangsForTheTimeOfAStall) {
  Set("FAULTS", "device=0,at=0,kind=stall,for=30ms");
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(SmallModel()), delegate.get());
  const auto start = steady_clock::now();
  EXPECT_TRUE(device.Invoke());
  EXPECT_GE(steady_clock::now() - start, 30ms);
}

TEST_F(FakeEdgeTpu, IsGoneOnceItIsLost) {
  Set("DEVICES", "pci:2");
  Set("FAULTS", "device=0,at=1,kind=lost");
  auto delegate = Open(EDGETPU_APEX_PCI, "/dev/apex_0");
  const Model model = CompiledOf(SmallModel());
  {
    Interpreter device(model, delegate.get());
    EXPECT_TRUE(device.Invoke());
    EXPECT_FALSE(device.Invoke());
    EXPECT_FALSE(device.Invoke());
    EXPECT_THAT(device.messages(), HasSubstr("No such device"));
  }
  EXPECT_THAT(ListDevices(), ElementsAre("/dev/apex_1"));
  delegate.reset();
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, "/dev/apex_0"));
  EXPECT_TRUE(Open(EDGETPU_APEX_PCI));
}

TEST_F(FakeEdgeTpu, ReturnsForWhomOpensItAgain) {
  Set("FAULTS", "device=0,at=1,kind=lost,for=20ms");
  auto delegate = Open(EDGETPU_APEX_PCI);
  const Model model = CompiledOf(SmallModel());
  {
    Interpreter device(model, delegate.get());
    EXPECT_TRUE(device.Invoke());
    EXPECT_FALSE(device.Invoke());
    while (ListDevices().empty()) std::this_thread::yield();
    EXPECT_FALSE(device.Invoke());  // its handle is of the device before
  }
  delegate.reset();
  delegate = Open(EDGETPU_APEX_PCI);
  ASSERT_TRUE(delegate);
  Interpreter device(model, delegate.get());
  EXPECT_TRUE(device.Invoke());
  EXPECT_EQ(NumUploads(), 2);
}

TEST_F(FakeEdgeTpu, IsUnpluggedByAFile) {
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(SmallModel()), delegate.get());
  EXPECT_TRUE(device.Invoke());
  const auto file = state_ / "apex_0.unplugged";
  std::ofstream(file).close();
  EXPECT_THAT(ListDevices(), IsEmpty());
  EXPECT_FALSE(device.Invoke());
  std::filesystem::remove(file);
  EXPECT_THAT(ListDevices(), ElementsAre("/dev/apex_0"));
  EXPECT_FALSE(device.Invoke());
}

TEST_F(FakeEdgeTpu, RefusesAPackageForANewerRuntime) {
  Set("RUNTIME", "13");
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(SmallModel()), delegate.get());
  EXPECT_FALSE(device.is_ready());
  EXPECT_THAT(device.messages(),
              HasSubstr("requires runtime version (14), which is newer than "
                        "this runtime version (13)"));
  EXPECT_TRUE(
      Interpreter(CompiledOf(SmallModel(), 13), delegate.get()).is_ready());
}

TEST_F(FakeEdgeTpu, RefusesATruncatedPackage) {
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(SmallModel(), 14, true), delegate.get());
  EXPECT_FALSE(device.is_ready());
  EXPECT_THAT(device.messages(), HasSubstr("truncated or damaged"));
}

}  // namespace
}  // namespace coralline
