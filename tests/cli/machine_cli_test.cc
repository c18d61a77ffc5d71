// `devices` and `doctor`, on files of machines that are not this one.

#include <algorithm>

#include "coralline/machine/testing.h"
#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class MachineCli : public Cli {
 protected:
  std::string Root() const { return " --root " + fake_.folder().string(); }

  // Two devices that work, one without a driver, one on USB 2.
  void AddDevices() const {
    fake_.AddCpu();
    fake_.AddPciDevice();
    fake_.AddPciDevice({.address = "0000:02:00.0",
                        .ports = "0000:00:1d.0",
                        .driver = "",
                        .vectors = 0});
    fake_.AddUsbDevice();
    fake_.AddUsbDevice({.address = "1-4",
                        .id = "18d1:9302",
                        .bus = 1,
                        .device = 9,
                        .speed = "480"});
    fake_.AddUser(50001234, "python3", "/dev/apex_0");
    fake_.Write("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    fake_.Write("/proc/meminfo",
                "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n");
  }

  const testing_util::FakeRoot fake_;
};

TEST_F(MachineCli, DevicesShowsWhatAMachineHas) {
  AddDevices();
  ExpectGolden("devices", "devices" + Root());
  ExpectGolden("devices_json", "devices --json" + Root());
}

TEST_F(MachineCli, DoctorFindsWhatIsWrong) {
  AddDevices();
  const Result text = Run("doctor" + Root());
  EXPECT_EQ(text.status, 4);
  ExpectFile("tests/cli/golden/doctor.txt", text.output);
  const Result json = Run("doctor --json" + Root());
  EXPECT_EQ(json.status, 4);
  ExpectFile("tests/cli/golden/doctor_json.txt", json.output);
}

TEST_F(MachineCli, AMachineWithoutEdgeTpusIsAllRight) {
  const Result devices = Run("devices" + Root());
  EXPECT_EQ(devices.status, 0);
  EXPECT_EQ(devices.output,
            "no Edge TPU found; 'coralline doctor' examines the machine\n");
  const Result doctor = Run("doctor" + Root());
  EXPECT_EQ(doctor.status, 0);
  EXPECT_THAT(doctor.output,
              AllOf(HasSubstr("note     devices"), HasSubstr("\n1 note\n")));
}

TEST_F(MachineCli, TheLibraryIsAskedWhatItLists) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  fake_.AddPciDevice();
  fake_.AddUsbDevice();
  const std::string library = " --libedgetpu " CORALLINE_FAKE_EDGETPU;
  const std::string variables = "FAKE_EDGETPU_DEVICES=pci:2";
  const Result devices = Run("devices" + Root() + library, variables);
  EXPECT_EQ(devices.status, 0) << devices.output;
  EXPECT_THAT(
      devices.output,
      AllOf(HasSubstr("edgetpu:pci:0  /dev/apex_0"),
            HasSubstr("edgetpu:pci:1  /dev/apex_1"), HasSubstr("lists it\n"),
            HasSubstr("does not list it\n"),
            HasSubstr("2-1: the system has it, but libedgetpu does not")));
  const Result doctor = Run("doctor" + Root() + library, variables);
  EXPECT_EQ(doctor.status, 4);
  EXPECT_THAT(doctor.output, AllOf(HasSubstr("RuntimeVersion(14)"),
                                   HasSubstr("libedgetpu lists 2"),
                                   HasSubstr("problem  listed")));
}

TEST_F(MachineCli, ALibraryOrCompilerThatIsNotThereIsAFinding) {
  fake_.AddPciDevice();
  const Result doctor =
      Run("doctor --libedgetpu no.so --compiler no-compiler" + Root());
  EXPECT_EQ(doctor.status, 4);
  EXPECT_THAT(doctor.output,
              AllOf(HasSubstr("problem  libedgetpu"), HasSubstr("no.so"),
                    HasSubstr("note     edgetpu_compiler"),
                    HasSubstr("no program 'no-compiler'")));
}

TEST_F(MachineCli, ThisMachineIsExaminedWithItsLibraries) {
  const Result devices = Run("devices");
  EXPECT_EQ(devices.status, 0) << devices.output;
  EXPECT_THAT(devices.output, HasSubstr("\nTFLite: "));
  const Result doctor = Run("doctor", "XDG_CACHE_HOME=" + folder_.string());
  EXPECT_THAT(doctor.status, testing::AnyOf(0, 4)) << doctor.output;
  EXPECT_THAT(
      doctor.output,
      AllOf(HasSubstr(" libedgetpu"), HasSubstr(" tflite"), HasSubstr(" cores"),
            HasSubstr((folder_ / "coralline").string())));
}

TEST_F(MachineCli, DamagedFilesAreNotPrinted) {
  std::string noise;
  for (int i = 0; i < 1 << 20; ++i) noise += static_cast<char>(i * 7);
  fake_.AddPciDevice({.speed = noise, .temp = noise, .status = noise});
  fake_.AddUsbDevice({.speed = noise});
  for (const char* file :
       {"/proc/cpuinfo", "/proc/meminfo", "/proc/self/cgroup",
        "/proc/sys/kernel/osrelease", "/etc/udev/rules.d/a.rules",
        "/sys/bus/usb/devices/2-1/serial"}) {
    fake_.Write(file, noise);
  }
  for (const std::string command : {"devices", "devices --json", "doctor"}) {
    const Result result = Run(command + Root());
    EXPECT_THAT(result.status, testing::AnyOf(0, 4)) << command;
    EXPECT_TRUE(
        std::all_of(result.output.begin(), result.output.end(),
                    [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }))
        << command;
    EXPECT_LT(result.output.size(), 100'000U);
  }
}

TEST_F(MachineCli, ARootThatIsNoFolderIsAUsageError) {
  for (const std::string command : {"devices", "doctor"}) {
    const Result result = Run(command + " --root /no/such");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.output,
                AllOf(HasSubstr("coralline: /no/such: not a folder"),
                      Not(HasSubstr("\n\n"))));
  }
}

}  // namespace
}  // namespace coralline
