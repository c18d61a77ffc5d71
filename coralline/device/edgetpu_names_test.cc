#include "coralline/device/internal/edgetpu_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<EdgeTpuAddress> kMixed = {
    {EdgeTpuBus::kPci, "/dev/apex_0"},
    {EdgeTpuBus::kPci, "/dev/apex_1"},
    {EdgeTpuBus::kUsb, "/sys/bus/usb/devices/2-1"}};

std::vector<std::string> NamesOf(
    std::string_view name, const std::vector<EdgeTpuAddress>& listed = kMixed) {
  std::vector<std::string> names;
  for (const auto& chosen : internal::ChooseEdgeTpus(name, listed)) {
    names.push_back(chosen.name);
  }
  return names;
}

Error ErrorOf(std::string_view name,
              const std::vector<EdgeTpuAddress>& listed = kMixed) {
  try {
    internal::ChooseEdgeTpus(name, listed);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::kFailed, "no error");
}

TEST(EdgeTpuNames, CountAllDevicesOrThoseOfABus) {
  EXPECT_THAT(NamesOf("edgetpu:0"), ElementsAre("edgetpu:pci:0"));
  EXPECT_THAT(NamesOf("edgetpu:2"), ElementsAre("edgetpu:usb:0"));
  EXPECT_THAT(NamesOf("edgetpu:pci:1"), ElementsAre("edgetpu:pci:1"));
  EXPECT_THAT(NamesOf("edgetpu:usb:0"), ElementsAre("edgetpu:usb:0"));
}

TEST(EdgeTpuNames, StandForSeveralDevices) {
  EXPECT_THAT(NamesOf("edgetpu:all"),
              ElementsAre("edgetpu:pci:0", "edgetpu:pci:1", "edgetpu:usb:0"));
  EXPECT_THAT(NamesOf("edgetpu:pci"),
              ElementsAre("edgetpu:pci:0", "edgetpu:pci:1"));
  EXPECT_THAT(NamesOf("edgetpu:usb"), ElementsAre("edgetpu:usb:0"));
}

TEST(EdgeTpuNames, HaveTheAddressesOfTheirDevices) {
  EXPECT_EQ(internal::ChooseEdgeTpus("edgetpu:usb:0", kMixed)[0].address,
            kMixed[2]);
}

TEST(EdgeTpuNames, AreToldFromThoseOfOtherDevices) {
  for (const char* name : {"edgetpu", "edgetpu:0", "edgetpu:usb:1"}) {
    EXPECT_TRUE(IsEdgeTpuName(name)) << name;
  }
  for (const char* name : {"cpu:0", "emulated:edgetpu-pcie", "edgetpu-pcie"}) {
    EXPECT_FALSE(IsEdgeTpuName(name)) << name;
  }
}

TEST(EdgeTpuNames, OfOtherFormsAreRefused) {
  for (const char* name :
       {"edgetpu", "edgetpu:", "edgetpu:x", "edgetpu:-1", "edgetpu:1x",
        "edgetpu:pci:", "edgetpu:pci:x", "edgetpu:pci0", "edgetpu:pciusb",
        "edgetpu:all:0", "edgetpu:99999999999999999999"}) {
    EXPECT_EQ(ErrorOf(name).kind(), ErrorKind::kUsage) << name;
    EXPECT_THAT(ErrorOf(name).what(), HasSubstr("expected edgetpu:all"));
  }
}

TEST(EdgeTpuNames, OfDevicesThatAreNotThereTellThoseThatAre) {
  EXPECT_EQ(ErrorOf("edgetpu:usb:1").kind(), ErrorKind::kDevice);
  EXPECT_THAT(ErrorOf("edgetpu:3").what(),
              AllOf(HasSubstr("edgetpu:3: no such Edge TPU"),
                    HasSubstr("edgetpu:pci:1 (/dev/apex_1)")));
  EXPECT_THAT(ErrorOf("edgetpu:usb", {kMixed[0]}).what(),
              HasSubstr("there are: edgetpu:pci:0"));
}

TEST(EdgeTpuNames, WithoutAnyDeviceSendTheUserToDoctor) {
  for (const char* name : {"edgetpu:0", "edgetpu:all", "edgetpu:pci"}) {
    EXPECT_EQ(ErrorOf(name, {}).kind(), ErrorKind::kDevice);
    EXPECT_THAT(ErrorOf(name, {}).what(),
                AllOf(HasSubstr("no Edge TPU found"), HasSubstr("doctor")));
  }
}

}  // namespace
}  // namespace coralline
