// PCIe devices: /sys/bus/pci/devices for the hardware, /sys/class/apex for what
// Google's driver (gasket and apex) adds to it.

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>

#include "coralline/machine/internal/find_edgetpus.h"

namespace coralline::internal {
namespace {

constexpr const char* kDevices = "/sys/bus/pci/devices/";
constexpr const char* kClass = "/sys/class/apex/";
constexpr const char* kVendor = "0x1ac1";  // Global Unichip Corp.
constexpr const char* kDevice = "0x089a";  // Coral Edge TPU

// "apex_0" by the resolved path of its PCIe device.
std::map<std::string, std::string> ApexNames(const Root& root) {
  std::map<std::string, std::string> names;
  for (const std::string& name : root.Names(kClass)) {
    const std::string device = root.Resolve(kClass + name + "/device");
    if (!device.empty()) names[device] = name;
  }
  return names;
}

// The port below the host bridge, of a path such as
// /sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0.
std::string RootPort(const std::string& path, const std::string& address) {
  const std::vector<std::string> parts = PathParts(path);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const bool is_bridge =
        parts[i].starts_with("pci") && parts[i].find(':') != std::string::npos;
    if (is_bridge) return parts[i + 1];
  }
  return address;
}

std::optional<int> Whole(std::optional<double> number) {
  if (!number || *number < 0 || *number > 1e6) return std::nullopt;
  return static_cast<int>(*number);
}

// Lines such as "5.0 GT/s PCIe" and "1"; "Unknown" is no number.
PcieLink ReadLink(const Root& root, const std::string& folder) {
  return {.speed = root.Number(folder + "/current_link_speed"),
          .width = Whole(root.Number(folder + "/current_link_width")),
          .max_speed = root.Number(folder + "/max_link_speed"),
          .max_width = Whole(root.Number(folder + "/max_link_width"))};
}

// The driver gives thousandths of a degree, and -89700 or so where it cannot
// read the sensor.
std::optional<double> Degrees(const Root& root, const std::string& file) {
  const std::optional<double> thousandths = root.Number(file);
  constexpr double kLowest = -50'000;
  if (!thousandths || *thousandths < kLowest) return std::nullopt;
  return *thousandths / 1000;
}

void ReadApex(const Root& root, const std::string& name,
              EdgeTpuHardware& device) {
  const std::string folder = kClass + name;
  device.path = device.node = "/dev/" + name;
  device.driver_version = root.Line(folder + "/driver_version");
  device.status = root.Line(folder + "/status");
  device.temperature = Degrees(root, folder + "/temp");
  for (int i = 0; i < 3; ++i) {
    const auto point =
        Degrees(root, fmt::format("{}/trip_point{}_temp", folder, i));
    if (point) device.trip_points.push_back(*point);
  }
  const auto owner = Whole(root.Number(folder + "/device_owner"));
  if (root.Number(folder + "/is_device_owned") == 1 && owner > 0) {
    device.users.push_back({.pid = *owner, .name = ""});
  }
}

EdgeTpuHardware ReadPci(const Root& root, const std::string& address) {
  const std::string folder = kDevices + address;
  const std::filesystem::path driver = root.LinkText(folder + "/driver");
  return {.bus = EdgeTpuBus::kPci,
          .address = address,
          .link = "pci " + RootPort(root.Resolve(folder), address),
          .driver = driver.filename().string(),
          .pcie = ReadLink(root, folder),
          .interrupt_vectors =
              static_cast<int>(root.Names(folder + "/msi_irqs").size())};
}

}  // namespace

std::vector<EdgeTpuHardware> FindPciEdgeTpus(const Root& root) {
  const std::map<std::string, std::string> apex = ApexNames(root);
  std::vector<EdgeTpuHardware> devices;
  for (const std::string& address : root.Names(kDevices)) {
    const std::string folder = kDevices + address;
    if (root.Line(folder + "/vendor") != kVendor) continue;
    if (root.Line(folder + "/device") != kDevice) continue;
    devices.push_back(ReadPci(root, address));
    const auto name = apex.find(root.Resolve(folder));
    if (name != apex.end()) ReadApex(root, name->second, devices.back());
  }
  return devices;
}

}  // namespace coralline::internal
