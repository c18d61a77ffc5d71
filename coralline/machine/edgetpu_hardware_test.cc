#include "coralline/machine/edgetpu_hardware.h"

#include <gmock/gmock.h>

#include "coralline/machine/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_util::FakePci;
using testing_util::FakeRoot;
using testing_util::FakeUsb;

TEST(FindEdgeTpus, AnEmptyMachineHasNone) {
  const FakeRoot fake;
  EXPECT_THAT(FindEdgeTpus(fake.root()), IsEmpty());
}

TEST(FindEdgeTpus, ReadsAPcieDevice) {
  const FakeRoot fake;
  fake.AddPciDevice();
  const auto devices = FindEdgeTpus(fake.root());
  ASSERT_EQ(devices.size(), 1U);
  const EdgeTpuHardware& device = devices[0];
  EXPECT_EQ(device.bus, EdgeTpuBus::kPci);
  EXPECT_EQ(device.address, "0000:01:00.0");
  EXPECT_EQ(device.path, "/dev/apex_0");
  EXPECT_EQ(device.node, "/dev/apex_0");
  EXPECT_EQ(device.link, "pci 0000:00:1c.0");
  EXPECT_EQ(device.driver, "apex");
  EXPECT_EQ(device.driver_version, "1.2");
  EXPECT_EQ(device.status, "ALIVE");
  EXPECT_EQ(device.pcie, (PcieLink{5.0, 1, 5.0, 1}));
  EXPECT_EQ(device.interrupt_vectors, 13);
  EXPECT_EQ(device.temperature, 45.2);
  EXPECT_THAT(device.trip_points, ElementsAre(84.8, 89.8, 94.8));
  EXPECT_THAT(device.users, IsEmpty());
  EXPECT_EQ(device.access, std::nullopt);  // the copy has no nodes
}

TEST(FindEdgeTpus, ADeviceWithoutADriverHasNoPath) {
  const FakeRoot fake;
  fake.AddPciDevice({.driver = "", .vectors = 0});
  const auto devices = FindEdgeTpus(fake.root());
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices[0].driver, "");
  EXPECT_EQ(devices[0].path, "");
  EXPECT_EQ(devices[0].interrupt_vectors, 0);
}

TEST(FindEdgeTpus, DevicesBehindASwitchShareTheRootPort) {
  const FakeRoot fake;
  fake.AddPciDevice({.address = "0000:03:00.0",
                     .ports = "0000:00:1c.0/0000:01:00.0/0000:02:03.0"});
  fake.AddPciDevice({.address = "0000:04:00.0",
                     .ports = "0000:00:1c.0/0000:01:00.0/0000:02:07.0",
                     .apex = 1});
  const auto devices = FindEdgeTpus(fake.root());
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].link, "pci 0000:00:1c.0");
  EXPECT_EQ(devices[1].link, devices[0].link);
  EXPECT_EQ(devices[1].path, "/dev/apex_1");
}

TEST(FindEdgeTpus, ReadsUsbDevicesBeforeAndAfterTheirFirstUse) {
  const FakeRoot fake;
  fake.AddUsbDevice({.address = "2-1.3"});
  fake.AddUsbDevice({.address = "1-2",
                     .id = "1a6e:089a",
                     .bus = 1,
                     .device = 11,
                     .speed = "480"});
  fake.AddUsbDevice({.address = "1-4", .id = "046d:c52b"});  // a mouse
  fake.Write("/sys/bus/usb/devices/1-2:1.0/idVendor", "1a6e");
  const auto devices = FindEdgeTpus(fake.root());
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].address, "1-2");
  EXPECT_FALSE(devices[0].is_initialized);
  EXPECT_EQ(devices[0].usb_mbps, 480);
  EXPECT_EQ(devices[0].node, "/dev/bus/usb/001/011");
  EXPECT_EQ(devices[1].path, "/sys/bus/usb/devices/2-1.3");
  EXPECT_TRUE(devices[1].is_initialized);
  EXPECT_EQ(devices[1].link, "usb2");
  EXPECT_EQ(devices[1].interrupt_vectors, std::nullopt);
}

TEST(FindEdgeTpus, NamesTheProcessesThatHaveItOpen) {
  const FakeRoot fake;
  fake.AddPciDevice();
  fake.AddUsbDevice();
  fake.AddUser(50001234, "python3", "/dev/apex_0");
  fake.AddUser(50000077, "frigate", "/dev/bus/usb/002/004");
  fake.AddUser(50000078, "bash", "/dev/null");
  const auto devices = FindEdgeTpus(fake.root());
  EXPECT_THAT(devices.at(0).users,
              ElementsAre(DeviceUser{50001234, "python3"}));
  EXPECT_THAT(devices.at(1).users,
              ElementsAre(DeviceUser{50000077, "frigate"}));
}

TEST(FindEdgeTpus, TheDriverKnowsItsOwnerWhereProcfsHidesIt) {
  const FakeRoot fake;
  fake.AddPciDevice();
  fake.Write("/sys/class/apex/apex_0/is_device_owned", "1\n");
  fake.Write("/sys/class/apex/apex_0/device_owner", "99\n");
  EXPECT_THAT(FindEdgeTpus(fake.root()).at(0).users,
              ElementsAre(DeviceUser{99, ""}));
  fake.Write("/sys/class/apex/apex_0/is_device_owned", "0\n");
  EXPECT_THAT(FindEdgeTpus(fake.root()).at(0).users, IsEmpty());
}

TEST(FindEdgeTpus, ReadsWhoMayOpenANode) {
  const FakeRoot fake;
  fake.AddPciDevice();
  fake.Write("/dev/apex_0", "");
  const auto device = FindEdgeTpus(fake.root()).at(0);
  ASSERT_TRUE(device.access);
  EXPECT_TRUE(device.access->is_there);
  EXPECT_TRUE(device.access->can_open);
}

TEST(FindEdgeTpus, ASensorThatCannotBeReadTellsNoTemperature) {
  const FakeRoot fake;
  fake.AddPciDevice({.temp = "-89700"});
  EXPECT_EQ(FindEdgeTpus(fake.root()).at(0).temperature, std::nullopt);
}

TEST(FindEdgeTpus, DamagedFilesAreNotKnown) {
  const FakeRoot fake;
  const std::string noise(1 << 20, '\xff');
  fake.AddPciDevice({.speed = "Unknown",
                     .max_speed = noise,
                     .temp = noise,
                     .status = "\x1b[2J"});
  fake.Write("/sys/bus/pci/devices/0000:01:00.0/current_link_width", "-1");
  fake.Write("/sys/bus/pci/devices/0000:01:00.0/max_link_width", "1e99");
  fake.AddUsbDevice({.speed = noise});
  std::filesystem::create_symlink(".", fake.folder() / "proc");
  const auto devices = FindEdgeTpus(fake.root());
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].pcie, PcieLink());
  EXPECT_EQ(devices[0].temperature, std::nullopt);
  EXPECT_EQ(devices[0].status, "?[2J");
  EXPECT_EQ(devices[1].usb_mbps, std::nullopt);
}

}  // namespace
}  // namespace coralline
