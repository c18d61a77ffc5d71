#include "coralline/machine/doctor.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace coralline {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr FindingStatus kOk = FindingStatus::kOk;
constexpr FindingStatus kNote = FindingStatus::kNote;
constexpr FindingStatus kWarning = FindingStatus::kWarning;
constexpr FindingStatus kProblem = FindingStatus::kProblem;

// A PCIe device that works.
EdgeTpuEntry Pci() {
  return {.name = "edgetpu:pci:0",
          .hardware = {.address = "0000:01:00.0",
                       .path = "/dev/apex_0",
                       .node = "/dev/apex_0",
                       .link = "pci 0000:00:1c.0",
                       .driver = "apex",
                       .driver_version = "1.2",
                       .status = "ALIVE",
                       .pcie = {5, 1, 5, 1},
                       .interrupt_vectors = 13,
                       .temperature = 45.2,
                       .trip_points = {84.8, 89.8, 94.8},
                       .access = NodeAccess{true, true, "root:apex", "apex"}},
          .is_listed = true};
}

EdgeTpuEntry Usb() {
  return {.name = "edgetpu:usb:0",
          .hardware = {.bus = EdgeTpuBus::kUsb,
                       .address = "2-1",
                       .path = "/sys/bus/usb/devices/2-1",
                       .node = "/dev/bus/usb/002/004",
                       .link = "usb2",
                       .usb_mbps = 5000},
          .is_listed = true};
}

// What is found of the devices alone.
std::vector<Finding> Examined(std::vector<EdgeTpuEntry> devices,
                              const DriverFacts& driver = {}) {
  Machine machine{.edgetpus = std::move(devices), .driver = driver};
  machine.host.kernel = "6.1";
  auto findings = Examine(machine);
  std::erase_if(findings,
                [](const Finding& f) { return f.check == "devices"; });
  return findings;
}

Finding Only(const std::vector<Finding>& findings) {
  EXPECT_EQ(findings.size(), 1U);
  return findings.empty() ? Finding() : findings.front();
}

Finding Of(const Machine& machine, const std::string& check) {
  for (const Finding& finding : Examine(machine)) {
    if (finding.check == check) return finding;
  }
  return {};
}

TEST(Doctor, ADeviceThatWorksHasOneFinding) {
  const Finding finding = Only(Examined({Pci()}));
  EXPECT_EQ(finding.status, kOk);
  EXPECT_EQ(finding.device, "edgetpu:pci:0");
  EXPECT_EQ(finding.found, "/dev/apex_0, PCIe 5 GT/s x1, apex 1.2, 45.2 C");
  EXPECT_EQ(Only(Examined({Usb()})).found,
            "/sys/bus/usb/devices/2-1, USB 3, 5000 Mbit/s");
}

TEST(Doctor, ADeviceThatOnlyTheLibrarySeesSaysSo) {
  EdgeTpuEntry device{.name = "edgetpu:pci:0", .is_in_sysfs = false};
  device.hardware.path = "/dev/apex_0";
  EXPECT_EQ(Only(Examined({device})).found,
            "/dev/apex_0, which sysfs does not show");
}

TEST(Doctor, NoEdgeTpuIsANote) {
  const Finding finding = Of(Machine(), "devices");
  EXPECT_EQ(finding.status, kNote);
  EXPECT_THAT(finding.way_out, HasSubstr("lsusb"));
}

TEST(Doctor, WithoutADriverTheWayOutDependsOnTheModule) {
  EdgeTpuEntry device = Pci();
  device.name = "";
  device.hardware.driver = device.hardware.path = "";
  Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.check, "driver");
  EXPECT_EQ(finding.device, "0000:01:00.0");
  EXPECT_EQ(finding.status, kProblem);
  EXPECT_THAT(finding.way_out,
              AllOf(HasSubstr("gasket-dkms"), HasSubstr("kernel 6.1"),
                    Not(HasSubstr("secure boot"))));
  finding = Only(
      Examined({device}, {.module_file = "/lib/apex.ko", .secure_boot = true}));
  EXPECT_THAT(finding.way_out, AllOf(HasSubstr("sudo modprobe apex"),
                                     HasSubstr("secure boot is on")));
  finding = Only(Examined({device}, {.is_loaded = true}));
  EXPECT_THAT(finding.way_out, HasSubstr("MSI-X"));
}

TEST(Doctor, AnotherDriverIsAProblem) {
  EdgeTpuEntry device = Pci();
  device.hardware.driver = "vfio-pci";
  EXPECT_THAT(Only(Examined({device})).way_out, HasSubstr("virtual machine"));
}

TEST(Doctor, ADriverThatLostTheDeviceSaysSo) {
  EdgeTpuEntry device = Pci();
  device.hardware.status = "DEAD";
  const Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kProblem);
  EXPECT_EQ(finding.found, "the driver says DEAD");
}

TEST(Doctor, ANodeThatIsNotPermittedNamesItsGroup) {
  EdgeTpuEntry device = Pci();
  device.hardware.access =
      NodeAccess{true, false, "root:apex, mode 0660", "apex"};
  Finding finding = Only(Examined({device}, {.pci_rules = "65-apex.rules"}));
  EXPECT_EQ(finding.check, "access");
  EXPECT_EQ(finding.status, kProblem);
  EXPECT_THAT(finding.found, HasSubstr("root:apex, mode 0660"));
  EXPECT_EQ(finding.way_out,
            "'sudo usermod -aG apex $USER', then log in again");
  device.hardware.access->group = "root";
  finding = Only(Examined({device}, {.pci_rules = "65-apex.rules"}));
  EXPECT_THAT(finding.way_out, HasSubstr("65-apex.rules has not been applied"));
  finding = Only(Examined({device}));
  EXPECT_THAT(finding.way_out, HasSubstr("/etc/udev/rules.d/65-apex.rules"));
}

TEST(Doctor, AUsbNodeThatIsNotPermittedWantsPlugdev) {
  EdgeTpuEntry device = Usb();
  device.hardware.access =
      NodeAccess{true, false, "root:root, mode 0664", "root"};
  EXPECT_THAT(
      Only(Examined({device})).way_out,
      AllOf(HasSubstr("60-libedgetpu1-std.rules"), HasSubstr("plugdev")));
}

TEST(Doctor, ANodeThatIsMissingPointsToContainers) {
  EdgeTpuEntry device = Pci();
  device.hardware.access = NodeAccess{};
  EXPECT_THAT(Only(Examined({device})).way_out,
              HasSubstr("--device /dev/apex_0"));
}

TEST(Doctor, WhatTheLibraryDoesNotListIsAProblem) {
  EdgeTpuEntry device = Usb();
  device.name = "";
  device.is_listed = false;
  const Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.check, "listed");
  EXPECT_EQ(finding.device, "2-1");
  EXPECT_EQ(finding.status, kProblem);
}

TEST(Doctor, ADeviceInUseNamesTheProcess) {
  EdgeTpuEntry device = Pci();
  device.hardware.users = {{1234, "python3"}, {99, ""}};
  const Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kWarning);
  EXPECT_EQ(finding.found, "open in python3 (1234), 99");
}

TEST(Doctor, Usb2IsAWarningAndANoteBeforeTheFirstUse) {
  EdgeTpuEntry device = Usb();
  device.hardware.usb_mbps = 480;
  Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kWarning);
  EXPECT_EQ(finding.found, "USB 2, 480 Mbit/s, not USB 3");
  EXPECT_THAT(finding.way_out, HasSubstr("37 MB/s"));
  device.hardware.is_initialized = false;
  finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kNote);
  EXPECT_THAT(finding.way_out, HasSubstr("after its first use"));
}

TEST(Doctor, ASlowOrNarrowPcieLinkIsAWarning) {
  EdgeTpuEntry device = Pci();
  device.hardware.pcie.speed = 2.5;
  const Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kWarning);
  EXPECT_EQ(finding.found,
            "PCIe 2.5 GT/s x1; the device can do PCIe 5 GT/s x1");
  device.hardware.pcie = {};
  EXPECT_EQ(Only(Examined({device})).status, kOk);
}

TEST(Doctor, MissingInterruptsAreAWarning) {
  EdgeTpuEntry device = Pci();
  device.hardware.interrupt_vectors = 0;
  const Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kWarning);
  EXPECT_THAT(finding.way_out, HasSubstr("pcie-32bit-dma-pi5"));
}

TEST(Doctor, TemperaturesNearTheTripPointAreANoteAndAboveItAWarning) {
  EdgeTpuEntry device = Pci();
  device.hardware.temperature = 79;
  EXPECT_EQ(Only(Examined({device})).status, kOk);
  device.hardware.temperature = 81;
  EXPECT_EQ(Only(Examined({device})).status, kNote);
  device.hardware.temperature = 86;
  const Finding finding = Only(Examined({device}));
  EXPECT_EQ(finding.status, kWarning);
  EXPECT_EQ(finding.found,
            "86.0 C; the driver lowers the clock from 84.8 C on");
}

TEST(Doctor, DevicesOfOneLinkAreANote) {
  EdgeTpuEntry second = Usb();
  second.name = "edgetpu:usb:1";
  const auto findings = Examined({Usb(), second});
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[2].check, "shared link");
  EXPECT_EQ(findings[2].found, "edgetpu:usb:0, edgetpu:usb:1 share usb2");
  EXPECT_THAT(findings[2].way_out, HasSubstr("--devices-per-link 2"));
}

TEST(Doctor, TheLibraryIsMissedOnlyWhereThereIsADevice) {
  Machine machine;
  machine.software.libedgetpu = SoftwareFacts{.error = "no library"};
  EXPECT_EQ(Of(machine, "libedgetpu").status, kNote);
  machine.edgetpus = {Pci()};
  EXPECT_EQ(Of(machine, "libedgetpu").status, kProblem);
}

TEST(Doctor, TheLibraryTellsItsVersionAndClock) {
  Machine machine;
  machine.software.libedgetpu = SoftwareFacts{
      .path = "/usr/lib/libedgetpu.so.1", .version = "RuntimeVersion(14)"};
  machine.software.runtime_version = 14;
  machine.driver.usb_clock = "max";
  const Finding finding = Of(machine, "libedgetpu");
  EXPECT_EQ(finding.status, kOk);
  EXPECT_EQ(finding.found,
            "/usr/lib/libedgetpu.so.1: RuntimeVersion(14), maximum clock on "
            "USB (runs hotter)");
  machine.software.libedgetpu->path = "/home/me/out/throttled/libedgetpu.so.1";
  EXPECT_THAT(Of(machine, "libedgetpu").found, HasSubstr("standard clock"));
  machine.software.runtime_version = 13;
  EXPECT_EQ(Of(machine, "libedgetpu").status, kNote);
  EXPECT_THAT(Of(machine, "libedgetpu").way_out,
              HasSubstr("--min-runtime-version 13"));
}

TEST(Doctor, WithoutTfLiteNothingRuns) {
  Machine machine;
  machine.software.tflite = SoftwareFacts{.error = "no TFLite library"};
  EXPECT_EQ(Of(machine, "tflite").status, kProblem);
  machine.software.tflite = SoftwareFacts{.version = "2.9.0"};
  machine.software.has_xnnpack = true;
  EXPECT_EQ(Of(machine, "tflite").found, "TFLite 2.9.0, with XNNPACK");
}

TEST(Doctor, TheCompilerIsForX86Alone) {
  Machine machine;
  machine.software.compiler = SoftwareFacts{.error = "no edgetpu_compiler"};
  Finding finding = Of(machine, "edgetpu_compiler");
  EXPECT_EQ(finding.status, kNote);
  EXPECT_THAT(finding.found, HasSubstr("x86-64 alone"));
  machine.host.cpu.is_x86_64 = true;
  finding = Of(machine, "edgetpu_compiler");
  EXPECT_THAT(finding.way_out, HasSubstr("Debian repository"));
  machine.software.compiler->path = "/usr/bin/edgetpu_compiler";
  EXPECT_EQ(Of(machine, "edgetpu_compiler").status, kWarning);
}

TEST(Doctor, LimitsOfCoresAreANote) {
  Machine machine;
  machine.host.cpu = {.threads = 4, .cores = 2};
  EXPECT_EQ(Of(machine, "cores").status, kOk);
  machine.host.cgroup_cores = 1.5;
  const Finding finding = Of(machine, "cores");
  EXPECT_EQ(finding.status, kNote);
  EXPECT_EQ(finding.found,
            "2 cores, 4 hardware threads; this process may use 1.5");
}

TEST(Doctor, PowersaveIsANoteUnlessItFollowsTheLoad) {
  Machine machine;
  machine.host.governors = {"powersave"};
  EXPECT_EQ(Of(machine, "governor").status, kNote);
  machine.host.frequency_driver = "intel_pstate";
  EXPECT_EQ(Of(machine, "governor").status, kOk);
}

TEST(Doctor, LittleMemoryIsANote) {
  Machine machine;
  machine.host.memory_bytes = std::int64_t{4} << 30;
  machine.host.available_bytes = std::int64_t{1} << 30;
  EXPECT_EQ(Of(machine, "memory").status, kOk);
  EXPECT_EQ(Of(machine, "memory").found, "1.0 of 4.0 GiB available");
  machine.host.available_bytes = std::int64_t{100} << 20;
  EXPECT_EQ(Of(machine, "memory").status, kNote);
}

TEST(Doctor, FoldersThatCannotBeWrittenAreAWarning) {
  Machine machine;
  machine.folders = {ReadFolderFacts(testing::TempDir()),
                     ReadFolderFacts("/proc/cpuinfo/coralline")};
  EXPECT_EQ(Of(machine, "cache folder").status, kOk);
  EXPECT_EQ(Examine(machine).back().status, kWarning);
}

TEST(Doctor, MakesNoFolder) {
  const std::string folder = testing::TempDir() + "coralline_doctor/none";
  EXPECT_EQ(ReadFolderFacts(folder).error, "");
  EXPECT_EQ(ReadFolderFacts("none/of/these").error, "");
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Doctor, SumsUp) {
  EXPECT_EQ(SummaryText({}), "all is well");
  EXPECT_EQ(SummaryText({{.status = kNote},
                         {.status = kProblem},
                         {.status = kProblem},
                         {.status = kOk}}),
            "2 problems, 1 note");
  EXPECT_TRUE(HasProblem({{.status = kProblem}}));
  EXPECT_FALSE(HasProblem({{.status = kWarning}}));
}

}  // namespace
}  // namespace coralline
