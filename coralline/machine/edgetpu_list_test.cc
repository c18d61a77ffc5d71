#include "coralline/machine/edgetpu_list.h"

#include <gmock/gmock.h>

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

EdgeTpuHardware Pci(const std::string& address, const std::string& path,
                    const std::string& link = "pci 0000:00:1c.0") {
  return {.address = address, .path = path, .link = link};
}

EdgeTpuHardware Usb(const std::string& address) {
  return {.bus = EdgeTpuBus::kUsb,
          .address = address,
          .path = "/sys/bus/usb/devices/" + address,
          .link = "usb2"};
}

std::vector<std::string> Labels(const std::vector<EdgeTpuEntry>& entries) {
  std::vector<std::string> labels;
  for (const EdgeTpuEntry& entry : entries) labels.push_back(entry.label());
  return labels;
}

TEST(JoinEdgeTpus, WithoutALibraryNamesAreThoseThatItWouldGive) {
  const auto entries =
      JoinEdgeTpus({Usb("2-1"), Pci("0000:02:00.0", "/dev/apex_0"),
                    Pci("0000:01:00.0", "/dev/apex_1")},
                   std::nullopt);
  EXPECT_THAT(Labels(entries),
              ElementsAre("edgetpu:pci:0", "edgetpu:pci:1", "edgetpu:usb:0"));
  EXPECT_EQ(entries[0].hardware.path, "/dev/apex_0");
  EXPECT_EQ(entries[0].is_listed, std::nullopt);
}

TEST(JoinEdgeTpus, OnlyListedOnesHaveNames) {
  const auto entries =
      JoinEdgeTpus({Pci("0000:01:00.0", ""), Pci("0000:02:00.0", "/dev/apex_0"),
                    Usb("2-1"), Usb("2-2")},
                   std::vector<EdgeTpuAddress>{
                       {EdgeTpuBus::kPci, "/dev/apex_0"},
                       {EdgeTpuBus::kUsb, "/sys/bus/usb/devices/2-2"}});
  EXPECT_THAT(Labels(entries), ElementsAre("edgetpu:pci:0", "0000:01:00.0",
                                           "2-1", "edgetpu:usb:0"));
  EXPECT_EQ(entries[1].is_listed, false);
  EXPECT_EQ(entries[3].is_listed, true);
}

TEST(JoinEdgeTpus, KeepsWhatOnlyTheLibrarySees) {
  const auto entries = JoinEdgeTpus(
      {}, std::vector<EdgeTpuAddress>{{EdgeTpuBus::kPci, "/dev/apex_3"}});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].name, "edgetpu:pci:0");
  EXPECT_FALSE(entries[0].is_in_sysfs);
}

TEST(LinkGroups, PutsDevicesOfOneLinkTogether) {
  const auto entries = JoinEdgeTpus(
      {Pci("0000:01:00.0", "/dev/apex_0"), Pci("0000:02:00.0", "/dev/apex_1"),
       Pci("0000:03:00.0", "/dev/apex_2", "pci 0000:00:1d.0"), Usb("2-1")},
      std::nullopt);
  EXPECT_THAT(LinkGroups(entries),
              ElementsAre(LinkGroup{"pci 0000:00:1c.0",
                                    {"edgetpu:pci:0", "edgetpu:pci:1"}},
                          LinkGroup{"pci 0000:00:1d.0", {"edgetpu:pci:2"}},
                          LinkGroup{"usb2", {"edgetpu:usb:0"}}));
  EXPECT_THAT(LinkGroups({}), IsEmpty());
}

TEST(DevicesPerLink, CountsTheChosenDevicesOfOneLink) {
  const auto entries =
      JoinEdgeTpus({Pci("0000:01:00.0", "/dev/apex_0"),
                    Pci("0000:02:00.0", "/dev/apex_1"), Usb("2-1")},
                   std::nullopt);
  EXPECT_EQ(DevicesPerLink(entries, {"edgetpu:pci:0", "edgetpu:pci:1"}), 2);
  EXPECT_EQ(DevicesPerLink(entries, {"edgetpu:pci:0", "edgetpu:usb:0"}), 1);
  EXPECT_EQ(DevicesPerLink(entries, {"cpu:0", "cpu:1"}), 1);
  EXPECT_EQ(DevicesPerLink({}, {}), 1);
}

}  // namespace
}  // namespace coralline
