#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/machine/edgetpu_hardware.h"

namespace coralline {

/// An Edge TPU as the system and libedgetpu see it.
struct EdgeTpuEntry {
  /// "edgetpu:pci:0", as ListEdgeTpus counts; empty where libedgetpu does not
  /// list it, or no driver makes a node of it.
  std::string name;
  /// Only `bus` and `path` where sysfs does not tell of it.
  EdgeTpuHardware hardware;
  bool is_in_sysfs = true;
  /// nullopt where no library was asked.
  std::optional<bool> is_listed;

  /// The name, or the address of what has none.
  const std::string& label() const {
    return name.empty() ? hardware.address : name;
  }
};

/// `listed` is what ListEdgeTpus found; nullopt where no library was asked, and
/// then devices are named as it would. PCIe first, in the order of paths.
std::vector<EdgeTpuEntry> JoinEdgeTpus(
    std::vector<EdgeTpuHardware> hardware,
    const std::optional<std::vector<EdgeTpuAddress>>& listed);

/// Devices that share the bandwidth of one link to the host.
struct LinkGroup {
  std::string link;  ///< as EdgeTpuHardware::link
  std::vector<std::string> labels;

  bool operator==(const LinkGroup&) const = default;
};

/// Sorted by link. Root hubs are taken for one link, though some controllers
/// carry the full rate on several ports.
std::vector<LinkGroup> LinkGroups(const std::vector<EdgeTpuEntry>& devices);

/// The most devices of `names` ("edgetpu:pci:0") that share a link; at least 1.
/// Planning takes it for devices_per_link.
int DevicesPerLink(const std::vector<EdgeTpuEntry>& devices,
                   const std::vector<std::string>& names);

}  // namespace coralline
