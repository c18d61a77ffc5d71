#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/fake_edgetpu/edgetpu_fixture.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace testing_util;

using FakeEdgeTpuFaults = FakeEdgeTpu;

TEST_F(FakeEdgeTpuFaults, FailsOnceWhereAFaultWantsIt) {
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

TEST_F(FakeEdgeTpuFaults, HangsForTheTimeOfAStall) {
  Set("FAULTS", "device=0,at=0,kind=stall,for=30ms");
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(SmallModel()), delegate.get());
  const auto start = steady_clock::now();
  EXPECT_TRUE(device.Invoke());
  EXPECT_GE(steady_clock::now() - start, 30ms);
}

TEST_F(FakeEdgeTpuFaults, IsGoneOnceItIsLost) {
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

TEST_F(FakeEdgeTpuFaults, ReturnsForWhomOpensItAgain) {
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

TEST_F(FakeEdgeTpuFaults, IsUnpluggedByAFile) {
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

TEST_F(FakeEdgeTpuFaults, RefusesAPackageForANewerRuntime) {
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

TEST_F(FakeEdgeTpuFaults, RefusesATruncatedPackage) {
  const auto delegate = Open(EDGETPU_APEX_PCI);
  Interpreter device(CompiledOf(SmallModel(), 14, true), delegate.get());
  EXPECT_FALSE(device.is_ready());
  EXPECT_THAT(device.messages(), HasSubstr("truncated or damaged"));
}

}  // namespace
}  // namespace coralline
