#include "coralline/machine/edgetpu_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace coralline {
namespace {

// As ListEdgeTpus sorts; those without a path last.
bool IsBefore(const EdgeTpuEntry& a, const EdgeTpuEntry& b) {
  const auto place = [](const EdgeTpuEntry& entry) {
    const EdgeTpuHardware& hardware = entry.hardware;
    return std::tuple(hardware.bus, hardware.path.empty(), hardware.path.size(),
                      hardware.path, hardware.address);
  };
  return place(a) < place(b);
}

void MarkListed(const std::vector<EdgeTpuAddress>& listed,
                std::vector<EdgeTpuEntry>& entries) {
  for (EdgeTpuEntry& entry : entries) entry.is_listed = false;
  for (const EdgeTpuAddress& address : listed) {
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const EdgeTpuEntry& e) {
                                      return e.hardware.bus == address.bus &&
                                             e.hardware.path == address.path;
                                    });
    if (entry != entries.end()) {
      entry->is_listed = true;
      continue;
    }
    EdgeTpuEntry unseen{.is_in_sysfs = false, .is_listed = true};
    unseen.hardware.bus = address.bus;
    unseen.hardware.path = address.path;
    entries.push_back(std::move(unseen));
  }
}

}  // namespace

std::vector<EdgeTpuEntry> JoinEdgeTpus(
    std::vector<EdgeTpuHardware> hardware,
    const std::optional<std::vector<EdgeTpuAddress>>& listed) {
  std::vector<EdgeTpuEntry> entries;
  for (EdgeTpuHardware& device : hardware) {
    entries.push_back({.hardware = std::move(device)});
  }
  if (listed) MarkListed(*listed, entries);
  std::sort(entries.begin(), entries.end(), IsBefore);
  std::map<EdgeTpuBus, int> next;
  for (EdgeTpuEntry& entry : entries) {
    const EdgeTpuHardware& device = entry.hardware;
    if (device.path.empty() || !entry.is_listed.value_or(true)) continue;
    entry.name = fmt::format("edgetpu:{}:{}", EdgeTpuBusText(device.bus),
                             next[device.bus]++);
  }
  return entries;
}

std::vector<LinkGroup> LinkGroups(const std::vector<EdgeTpuEntry>& devices) {
  std::map<std::string, std::vector<std::string>> labels;
  for (const EdgeTpuEntry& device : devices) {
    if (device.hardware.link.empty()) continue;
    labels[device.hardware.link].push_back(device.label());
  }
  std::vector<LinkGroup> groups;
  for (auto& [link, members] : labels) {
    groups.push_back({.link = link, .labels = std::move(members)});
  }
  return groups;
}

int DevicesPerLink(const std::vector<EdgeTpuEntry>& devices,
                   const std::vector<std::string>& names) {
  int most = 1;
  for (const LinkGroup& group : LinkGroups(devices)) {
    const auto shared = std::count_if(
        names.begin(), names.end(), [&group](const std::string& name) {
          return std::find(group.labels.begin(), group.labels.end(), name) !=
                 group.labels.end();
        });
    most = std::max(most, static_cast<int>(shared));
  }
  return most;
}

}  // namespace coralline
