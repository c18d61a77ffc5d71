#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/device/device_users.h"
#include "coralline/device/edgetpu_device.h"
#include "coralline/machine/root.h"

namespace coralline {

/// Who may open a device's node.
struct NodeAccess {
  bool is_there = false;
  bool can_open = false;  ///< this process, for reading and writing
  std::string owner;      ///< "root:apex, mode 0660"
  std::string group;      ///< "apex"; a number where it has no name

  bool operator==(const NodeAccess&) const = default;
};

/// As sysfs tells; nullopt where it does not.
struct PcieLink {
  std::optional<double> speed;  ///< giga transfers per second and lane
  std::optional<int> width;     ///< lanes
  std::optional<double> max_speed;
  std::optional<int> max_width;

  bool operator==(const PcieLink&) const = default;
};

/// An Edge TPU that the system sees, whether libedgetpu does or not.
struct EdgeTpuHardware {
  EdgeTpuBus bus = EdgeTpuBus::kPci;
  /// On its bus: "0000:01:00.0", "2-1.3" (port 3 of the hub at port 1 of bus
  /// 2).
  std::string address;
  /// As libedgetpu names it (EdgeTpuAddress); empty for a PCIe device without
  /// a driver.
  std::string path;
  /// What a process opens: "/dev/apex_0", "/dev/bus/usb/002/004"; may be empty.
  std::string node;
  /// What shares it shares the bandwidth to the host: the PCIe root port "pci
  /// 0000:00:1c.0", or the USB root hub "usb2".
  std::string link;
  /// "apex", "vfio-pci", or empty without one. USB devices need none.
  std::string driver;
  std::string driver_version;   ///< "1.2"; or empty
  std::string status;           ///< as the driver says: "ALIVE"; or empty
  PcieLink pcie;                ///< empty for USB
  std::optional<int> usb_mbps;  ///< 480 is USB 2, 5000 USB 3; nullopt for PCIe
  /// USB devices get their program at the first use; PCIe ones need none.
  bool is_initialized = true;
  std::string serial;  ///< of USB devices that tell
  /// MSI or MSI-X vectors that the driver has; nullopt for USB.
  std::optional<int> interrupt_vectors;
  std::optional<double> temperature;  ///< degrees Celsius; PCIe alone
  /// Where the driver lowers the clock, step by step; degrees Celsius.
  std::vector<double> trip_points;
  std::vector<DeviceUser> users;  ///< those that this user may see
  /// nullopt where it is not known: no node, or another machine's.
  std::optional<NodeAccess> access;
};

/// Every Edge TPU of a machine: PCIe ones first, each bus sorted by address.
/// Reads sysfs and procfs, opens no device, and needs no libedgetpu.
std::vector<EdgeTpuHardware> FindEdgeTpus(const Root& root);

}  // namespace coralline
