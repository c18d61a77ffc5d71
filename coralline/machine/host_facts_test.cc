#include "coralline/machine/host_facts.h"

#include <gmock/gmock.h>

#include "coralline/machine/driver_facts.h"
#include "coralline/machine/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing_util::FakeRoot;

TEST(ReadCpuFacts, CountsCoresAndThreads) {
  const FakeRoot fake;
  fake.AddCpu();
  const CpuFacts cpu = ReadCpuFacts(fake.root());
  EXPECT_EQ(cpu.model, "Example CPU");
  EXPECT_EQ(cpu.threads, 4);
  EXPECT_EQ(cpu.cores, 2);
  EXPECT_TRUE(cpu.is_x86_64);
  EXPECT_THAT(cpu.features, ElementsAre("AVX2", "AVX512-VNNI"));
}

TEST(ReadCpuFacts, ReadsAnArmBoard) {
  const FakeRoot fake;
  fake.Write("/proc/cpuinfo",
             "processor\t: 0\nFeatures\t: fp asimd asimddp\n\n"
             "processor\t: 1\nFeatures\t: fp asimd\n\n"
             "Model\t\t: Raspberry Pi 5 Model B Rev 1.0\n");
  const CpuFacts cpu = ReadCpuFacts(fake.root());
  EXPECT_EQ(cpu.model, "Raspberry Pi 5 Model B Rev 1.0");
  EXPECT_EQ(cpu.cores, 2);
  EXPECT_FALSE(cpu.is_x86_64);
  EXPECT_THAT(cpu.features, ElementsAre("NEON"));  // what both have
}

TEST(ReadHostFacts, TakesTheLeastLimitOfTheControlGroups) {
  const FakeRoot fake;
  fake.Write("/proc/self/cgroup", "0::/a/b\n");
  fake.Write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  fake.Write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(ReadHostFacts(fake.root()).cgroup_cores, 1.5);
  fake.Write("/proc/self/cgroup", "0::/\n");
  EXPECT_EQ(ReadHostFacts(fake.root()).cgroup_cores, std::nullopt);
  fake.Write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(ReadHostFacts(fake.root()).cgroup_cores, 2);
}

TEST(ReadHostFacts, KnowsTheFirstVersionOfControlGroups) {
  const FakeRoot fake;
  fake.Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  fake.Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(ReadHostFacts(fake.root()).cgroup_cores, std::nullopt);
  fake.Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(ReadHostFacts(fake.root()).cgroup_cores, 0.5);
}

TEST(ReadHostFacts, ReadsMemoryAndGovernors) {
  const FakeRoot fake;
  fake.Write("/proc/meminfo", "MemTotal:  2048 kB\nMemAvailable: 1024 kB\n");
  for (const std::string core : {"cpu0", "cpu1"}) {
    fake.Write("/sys/devices/system/cpu/" + core + "/cpufreq/scaling_governor",
               "powersave\n");
  }
  const HostFacts host = ReadHostFacts(fake.root());
  EXPECT_EQ(host.memory_bytes, 2048 * 1024);
  EXPECT_EQ(host.available_bytes, 1024 * 1024);
  EXPECT_THAT(host.governors, ElementsAre("powersave"));
  EXPECT_EQ(host.allowed_cores, std::nullopt);
}

TEST(ReadHostFacts, AnEmptyOrBinaryMachineIsNotKnown) {
  const FakeRoot fake;
  EXPECT_EQ(ReadHostFacts(fake.root()).cpu, CpuFacts());
  const std::string noise(1 << 21, '\x80');
  for (const char* file : {"/proc/cpuinfo", "/proc/meminfo",
                           "/proc/self/cgroup", "/proc/device-tree/model"}) {
    fake.Write(file, noise);
  }
  const HostFacts host = ReadHostFacts(fake.root());
  EXPECT_EQ(host.cpu, CpuFacts());
  EXPECT_EQ(host.memory_bytes, std::nullopt);
}

TEST(ReadHostFacts, ThisMachineHasCores) {
  const HostFacts host = ReadHostFacts(Root("/"));
  EXPECT_GE(host.allowed_cores, 1);
}

TEST(ReadDriverFacts, FindsModulesRulesAndSecureBoot) {
  const FakeRoot fake;
  fake.Write("/lib/modules/6.1/updates/dkms/apex.ko.xz", "");
  fake.Write("/etc/udev/rules.d/65-apex.rules", "SUBSYSTEM==\"apex\"");
  fake.Write("/lib/udev/rules.d/60-libedgetpu1-max.rules",
             "ATTRS{idVendor}==\"1a6e\"");
  fake.Write(
      "/sys/firmware/efi/efivars/"
      "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
      std::string("\x06\0\0\0\x01", 5));
  const DriverFacts facts = ReadDriverFacts(fake.root(), "6.1");
  EXPECT_FALSE(facts.is_loaded);
  EXPECT_EQ(facts.module_file, "/lib/modules/6.1/updates/dkms/apex.ko.xz");
  EXPECT_EQ(facts.secure_boot, true);
  EXPECT_EQ(facts.pci_rules, "/etc/udev/rules.d/65-apex.rules");
  EXPECT_EQ(facts.usb_rules, "/lib/udev/rules.d/60-libedgetpu1-max.rules");
  EXPECT_EQ(facts.usb_clock, "max");
}

TEST(ReadDriverFacts, AnEmptyMachineHasNone) {
  const FakeRoot fake;
  const DriverFacts facts = ReadDriverFacts(fake.root(), "");
  EXPECT_FALSE(facts.is_loaded);
  EXPECT_EQ(facts.secure_boot, std::nullopt);
  EXPECT_EQ(facts.pci_rules, "");
}

}  // namespace
}  // namespace coralline
