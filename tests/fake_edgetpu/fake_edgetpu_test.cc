#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "coralline/device/testing.h"
#include "coralline/tflite/reader.h"
#include "tests/fake_edgetpu/edgetpu_testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_util::EdgeTpuLibrary;
using testing_util::Interpreter;
using testing_util::ListDevices;
using testing_util::Open;

class FakeEdgeTpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
    for (const char* name :
         {"DEVICES", "FAULTS", "RUNTIME", "STATE", "TWINS"}) {
      unsetenv((std::string("FAKE_EDGETPU_") + name).c_str());
    }
    setenv("FAKE_EDGETPU_SPEED", "0", 1);  // nothing waits
  }

  std::vector<TensorData> Inputs(const Model& model) {
    std::mt19937_64 random(7);
    return RandomData(SpecsOf(model.graph, model.graph.inputs), random);
  }
};

TEST_F(FakeEdgeTpu, ListsWhatTheEnvironmentNames) {
  setenv("FAKE_EDGETPU_DEVICES", "pci:2,usb:1", 1);
  EXPECT_THAT(ListDevices(), ElementsAre("/dev/apex_0", "/dev/apex_1",
                                         "/sys/bus/usb/devices/2-1"));
  for (const char* none : {"", "0", "pci:0", "isa:1"}) {
    setenv("FAKE_EDGETPU_DEVICES", none, 1);
    EXPECT_THAT(ListDevices(), IsEmpty()) << none;
  }
  unsetenv("FAKE_EDGETPU_DEVICES");
  EXPECT_THAT(ListDevices(), ElementsAre("/dev/apex_0"));
}

TEST_F(FakeEdgeTpu, GivesADeviceToOneDelegateAtATime) {
  setenv("FAKE_EDGETPU_DEVICES", "pci:2", 1);
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

TEST_F(FakeEdgeTpu, TakesTheOptionsThatTheRealOneKnows) {
  EXPECT_TRUE(Open(EDGETPU_APEX_PCI, nullptr,
                   {{"Performance", "Max"}, {"Usb.AlwaysDfu", "False"}}));
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, nullptr, {{"Performance", "Most"}}));
  EXPECT_FALSE(Open(EDGETPU_APEX_PCI, nullptr, {{"Speed", "Max"}}));
}

TEST_F(FakeEdgeTpu, SaysThatItIsAFake) {
  EXPECT_THAT(EdgeTpuLibrary::Get().version(),
              testing::StrEq("BuildLabel(COMPILER=fake,DATE=redacted,"
                             "TIME=redacted), RuntimeVersion(14)"));
}

TEST_F(FakeEdgeTpu, RunsAFileOfGooglesCompilerByItsCpuTwin) {
  const std::filesystem::path models = CORALLINE_MODELS_DIR;
  const auto file = models / "mobilenet_v1_0.25_128_quant_edgetpu.tflite";
  const auto twin = models / "mobilenet_v1_0.25_128_quant.tflite";
  if (!exists(file)) GTEST_SKIP() << "the shared models are not here";
  setenv("FAKE_EDGETPU_TWINS", twin.c_str(), 1);
  const auto delegate = Open(EDGETPU_APEX_PCI);
  ASSERT_TRUE(delegate);
  Interpreter device(ReadTflite(file, Compiled::kAllow), delegate.get());
  ASSERT_TRUE(device.is_ready()) << device.messages();
  Interpreter cpu(ReadTflite(twin));
  const auto inputs = Inputs(ReadTflite(twin));
  const auto outputs = device.Run(inputs);
  EXPECT_FALSE(outputs.empty()) << device.messages();
  EXPECT_EQ(outputs, cpu.Run(inputs));
}

}  // namespace
}  // namespace coralline
