#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "coralline/machine/internal/checks.h"

namespace coralline::internal {
namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;
// Models, segments and TFLite's copies of them take some hundred MiB.
constexpr double kLittleMemory = 0.5 * kGib;

void CheckCpu(const HostFacts& host, Findings& findings) {
  const CpuFacts& cpu = host.cpu;
  if (cpu.threads == 0) return;
  const std::string model = cpu.model.empty() ? host.board : cpu.model;
  findings.push_back(
      {.check = "cpu",
       .found = fmt::format(
           "{}, {}", model.empty() ? "unknown model" : model,
           cpu.features.empty()
               ? "none of the instructions that speed up 8-bit networks"
               : fmt::format("{}", fmt::join(cpu.features, ", ")))});
}

// Of what the process may use, the least.
void CheckCores(const HostFacts& host, Findings& findings) {
  if (host.cpu.threads == 0) return;
  double usable = host.cpu.threads;
  if (host.allowed_cores) usable = std::min(usable, 1.0 * *host.allowed_cores);
  if (host.cgroup_cores) usable = std::min(usable, *host.cgroup_cores);
  Finding finding{.check = "cores",
                  .found = fmt::format("{} cores, {} hardware threads",
                                       host.cpu.cores, host.cpu.threads)};
  if (usable < host.cpu.threads) {
    finding.status = FindingStatus::kNote;
    finding.found += fmt::format("; this process may use {:.3g}", usable);
    finding.way_out =
        "affinity or a control group limits it (taskset, a container's "
        "--cpus): give it a thread for each stage";
  }
  findings.push_back(finding);
}

// With these drivers "powersave" follows the load, as "schedutil" does.
bool FollowsLoad(const std::string& driver) {
  return driver == "intel_pstate" || driver.starts_with("amd-pstate");
}

void CheckGovernor(const HostFacts& host, Findings& findings) {
  if (host.governors.empty()) return;
  Finding finding{.check = "governor",
                  .found = fmt::format("{}", fmt::join(host.governors, ", "))};
  const bool is_slow = std::find(host.governors.begin(), host.governors.end(),
                                 "powersave") != host.governors.end();
  if (is_slow && !FollowsLoad(host.frequency_driver)) {
    finding.status = FindingStatus::kNote;
    finding.way_out =
        "powersave keeps cores at their lowest clock, and the host's part of "
        "an inference takes longer: 'sudo cpupower frequency-set -g schedutil' "
        "or performance";
  }
  findings.push_back(finding);
}

void CheckMemory(const HostFacts& host, Findings& findings) {
  if (!host.memory_bytes || !host.available_bytes) return;
  const double available = static_cast<double>(*host.available_bytes);
  Finding finding{
      .check = "memory",
      .found = fmt::format("{:.1f} of {:.1f} GiB available", available / kGib,
                           static_cast<double>(*host.memory_bytes) / kGib)};
  if (available < kLittleMemory) {
    finding.status = FindingStatus::kNote;
    finding.way_out = "large models may not fit: end what else is running";
  }
  findings.push_back(finding);
}

}  // namespace

void CheckHost(const Machine& machine, Findings& findings) {
  CheckCpu(machine.host, findings);
  CheckCores(machine.host, findings);
  CheckGovernor(machine.host, findings);
  CheckMemory(machine.host, findings);
}

void CheckFolders(const Machine& machine, Findings& findings) {
  for (const FolderFacts& folder : machine.folders) {
    Finding finding{.check = "cache folder", .found = folder.path};
    if (!folder.error.empty()) {
      finding.status = FindingStatus::kWarning;
      finding.found += " cannot be written: " + folder.error;
      finding.way_out =
          "measured and compiled segments are not kept: set XDG_CACHE_HOME to "
          "a folder of yours";
    }
    findings.push_back(finding);
  }
}

}  // namespace coralline::internal
