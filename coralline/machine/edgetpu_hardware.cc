#include "coralline/machine/edgetpu_hardware.h"

#include <filesystem>

#include "coralline/machine/internal/find_edgetpus.h"

namespace coralline {
namespace internal {

std::vector<std::string> PathParts(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto& part : std::filesystem::path(path).relative_path()) {
    parts.push_back(part.string());
  }
  return parts;
}

}  // namespace internal

std::vector<EdgeTpuHardware> FindEdgeTpus(const Root& root) {
  std::vector<EdgeTpuHardware> devices = internal::FindPciEdgeTpus(root);
  for (EdgeTpuHardware& device : internal::FindUsbEdgeTpus(root)) {
    devices.push_back(std::move(device));
  }
  for (EdgeTpuHardware& device : devices) {
    if (device.node.empty()) continue;
    internal::FindUsers(root, device);
    device.access = internal::ReadNodeAccess(root, device.node);
  }
  return devices;
}

}  // namespace coralline
