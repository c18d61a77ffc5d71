#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "coralline/machine/device_text.h"
#include "coralline/machine/internal/checks.h"

namespace coralline::internal {
namespace {

std::string CountText(const Machine& machine) {
  const auto count = [&machine](EdgeTpuBus bus) {
    return std::count_if(
        machine.edgetpus.begin(), machine.edgetpus.end(),
        [bus](const EdgeTpuEntry& e) { return e.hardware.bus == bus; });
  };
  const auto listed = std::count_if(
      machine.edgetpus.begin(), machine.edgetpus.end(),
      [](const EdgeTpuEntry& e) { return e.is_listed.value_or(false); });
  return fmt::format("{} on PCIe, {} on USB{}", count(EdgeTpuBus::kPci),
                     count(EdgeTpuBus::kUsb),
                     machine.software.listed
                         ? fmt::format("; libedgetpu lists {}", listed)
                         : "");
}

void CheckCount(const Machine& machine, Findings& findings) {
  Finding finding{.check = "devices", .found = CountText(machine)};
  if (machine.edgetpus.empty()) {
    finding.status = FindingStatus::kNote;
    finding.found = "no Edge TPU, neither on PCIe nor on USB";
    finding.way_out =
        "plan, simulate and run on the CPU work without one; where one is "
        "plugged in, see whether 'lspci -d 1ac1:' or 'lsusb' shows it, and try "
        "another slot, port or cable";
  }
  findings.push_back(finding);
}

}  // namespace

void CheckEdgeTpus(const Machine& machine, Findings& findings) {
  CheckCount(machine, findings);
  for (const EdgeTpuEntry& device : machine.edgetpus) {
    Findings complaints;
    CheckReachable(machine, device, complaints);
    CheckHealth(device, complaints);
    if (complaints.empty()) {
      complaints.push_back({.check = "device",
                            .device = device.label(),
                            .found = DeviceText(device)});
    }
    findings.insert(findings.end(), complaints.begin(), complaints.end());
  }
}

void CheckLinks(const Machine& machine, Findings& findings) {
  for (const LinkGroup& group : LinkGroups(machine.edgetpus)) {
    if (group.labels.size() < 2) continue;
    findings.push_back(
        {.check = "shared link",
         .device = "",
         .status = FindingStatus::kNote,
         .found = fmt::format("{} share {}", fmt::join(group.labels, ", "),
                              group.link),
         .way_out = fmt::format(
             "plan with --devices-per-link {}; ports of another controller "
             "give each device a link of its own",
             group.labels.size())});
  }
}

}  // namespace coralline::internal
