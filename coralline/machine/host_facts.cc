#include "coralline/machine/host_facts.h"

#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>

#include "coralline/device/host.h"

namespace coralline {
namespace {

constexpr const char* kGroups = "/sys/fs/cgroup";
constexpr const char* kCpus = "/sys/devices/system/cpu/";

// "max 100000" (no limit) or "150000 100000": microseconds of a period.
std::optional<double> CoresOf(const std::string& cpu_max) {
  double quota = 0;
  double period = 0;
  const int read = std::sscanf(cpu_max.c_str(), "%lf %lf", &quota, &period);
  const bool is_limit = read == 2 && quota > 0 && period > 0;
  return is_limit ? std::optional(quota / period) : std::nullopt;
}

// Control groups, version 1: of a container, which sees its own alone; then
// version 2: the least of the process's group and those above.
std::optional<double> CgroupCores(const Root& root) {
  std::istringstream lines(root.Text("/proc/self/cgroup"));
  std::filesystem::path group = "/";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::/")) group = line.substr(3);
  }
  std::optional<double> least =
      CoresOf(root.Line(std::string(kGroups) + "/cpu/cpu.cfs_quota_us") + " " +
              root.Line(std::string(kGroups) + "/cpu/cpu.cfs_period_us"));
  while (true) {
    const auto cores =
        CoresOf(root.Line(kGroups + (group / "cpu.max").string()));
    if (cores && (!least || *cores < *least)) least = cores;
    if (!group.has_relative_path()) return least;
    group = group.parent_path();
  }
}

std::vector<std::string> Governors(const Root& root) {
  std::set<std::string> governors;
  for (const std::string& name : root.Names(kCpus)) {
    if (!name.starts_with("cpu")) continue;
    const auto governor = root.Line(kCpus + name + "/cpufreq/scaling_governor");
    if (!governor.empty()) governors.insert(governor);
  }
  return {governors.begin(), governors.end()};
}

// Of a line "MemTotal:       16384000 kB".
std::optional<std::int64_t> MemoryBytes(const std::string& text,
                                        const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    long long kib = 0;
    if (!line.starts_with(name + ":")) continue;
    if (std::sscanf(line.c_str() + name.size() + 1, "%lld", &kib) != 1) break;
    constexpr long long kMaxKib = 1LL << 40;
    if (kib < 0 || kib > kMaxKib) break;
    return kib * 1024;
  }
  return std::nullopt;
}

}  // namespace

HostFacts ReadHostFacts(const Root& root) {
  const std::string memory = root.Text("/proc/meminfo");
  HostFacts facts{.cpu = ReadCpuFacts(root),
                  .board = root.Line("/proc/device-tree/model"),
                  .kernel = root.Line("/proc/sys/kernel/osrelease"),
                  .cgroup_cores = CgroupCores(root),
                  .governors = Governors(root),
                  .frequency_driver = root.Line(std::string(kCpus) +
                                                "cpu0/cpufreq/scaling_driver"),
                  .memory_bytes = MemoryBytes(memory, "MemTotal"),
                  .available_bytes = MemoryBytes(memory, "MemAvailable")};
  if (root.is_this_machine()) {
    facts.allowed_cores = static_cast<int>(AvailableCores().size());
  }
  return facts;
}

}  // namespace coralline
