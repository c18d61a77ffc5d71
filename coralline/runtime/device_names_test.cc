#include "coralline/runtime/device_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Names = std::vector<std::string>;

std::string MessageOf(const Names& names, const std::string& fault) {
  try {
    MakeDevices(names, {.faults = {ParseFault(fault)}});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "";
}

TEST(DeviceNames, ACountStandsForSoManyDevices) {
  EXPECT_THAT(
      ExpandDevices({"cpu:0", "emulated:edgetpu-pcie:2", "emulated:x.json"}),
      ElementsAre("cpu:0", "emulated:edgetpu-pcie", "emulated:edgetpu-pcie",
                  "emulated:x.json"));
}

TEST(DeviceNames, CountsOutsideOneToSixteenAreRefused) {
  for (const char* count : {"0", "17", "two", ""}) {
    const Names names = {std::string("emulated:edgetpu-pcie:") + count};
    EXPECT_THROW(ExpandDevices(names), Error) << count;
  }
}

TEST(DeviceNames, TellWhichSpecIsEmulated) {
  EXPECT_EQ(EmulatedSpecName("emulated:edgetpu-pcie"), "edgetpu-pcie");
  EXPECT_EQ(EmulatedSpecName("cpu:0"), "");
}

TEST(DeviceNames, DevicesComeInTheOrderOfTheirNames) {
  const auto devices = MakeDevices({"cpu:0", "emulated:edgetpu-pcie"}, {});
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0]->name(), "cpu:0");
  EXPECT_EQ(devices[1]->name(), "emulated:edgetpu-pcie");
}

TEST(DeviceNames, AFaultHappensToItsOwnDeviceAlone) {
  const std::vector<Fault> faults = {ParseFault("device=1,at=5,kind=lost"),
                                     ParseFault("device=0,at=2,kind=fail")};
  EXPECT_THAT(FaultsOf(faults, 1), ElementsAre(faults[0]));
  EXPECT_THAT(FaultsOf(faults, 2), IsEmpty());
  const auto devices =
      MakeDevices({"emulated:edgetpu-pcie", "emulated:edgetpu-pcie"},
                  {.faults = {faults[0]}});
  EXPECT_NE(devices[0]->runtime(), devices[1]->runtime());
}

TEST(DeviceNames, AFaultNeedsAnEmulatedDevice) {
  const Names names = {"cpu:0", "emulated:edgetpu-pcie"};
  EXPECT_THAT(MessageOf(names, "device=0,at=1,kind=fail"),
              HasSubstr("device 0 is not emulated"));
  EXPECT_THAT(MessageOf(names, "device=2,at=1,kind=fail"),
              HasSubstr("there is no device 2; expected 0 to 1"));
}

}  // namespace
}  // namespace coralline
