// USB devices: /sys/bus/usb/devices. They need no driver of their own.

#include <fmt/format.h>

#include <string>

#include "coralline/machine/internal/find_edgetpus.h"

namespace coralline::internal {
namespace {

constexpr const char* kDevices = "/sys/bus/usb/devices/";
// "vendor:product" before the first use, when the device has no program yet,
// and from then on until it loses power.
constexpr const char* kBefore = "1a6e:089a";
constexpr const char* kAfter = "18d1:9302";

int Whole(const Root& root, const std::string& file) {
  const double number = root.Number(file).value_or(0);
  return number >= 0 && number <= 1e6 ? static_cast<int>(number) : 0;
}

EdgeTpuHardware ReadUsb(const Root& root, const std::string& address,
                        bool is_initialized) {
  const std::string folder = kDevices + address;
  const int bus = Whole(root, folder + "/busnum");
  const int mbps = Whole(root, folder + "/speed");
  return {.bus = EdgeTpuBus::kUsb,
          .address = address,
          .path = folder,
          .node = fmt::format("/dev/bus/usb/{:03}/{:03}", bus,
                              Whole(root, folder + "/devnum")),
          .link = fmt::format("usb{}", bus),
          .usb_mbps = mbps > 0 ? std::optional(mbps) : std::nullopt,
          .is_initialized = is_initialized,
          .serial = root.Line(folder + "/serial")};
}

}  // namespace

std::vector<EdgeTpuHardware> FindUsbEdgeTpus(const Root& root) {
  std::vector<EdgeTpuHardware> devices;
  for (const std::string& address : root.Names(kDevices)) {
    if (address.find(':') != std::string::npos) continue;  // an interface
    const std::string folder = kDevices + address;
    const std::string id = root.Line(folder + "/idVendor") + ":" +
                           root.Line(folder + "/idProduct");
    if (id != kBefore && id != kAfter) continue;
    devices.push_back(ReadUsb(root, address, id == kAfter));
  }
  return devices;
}

}  // namespace coralline::internal
