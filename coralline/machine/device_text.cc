#include "coralline/machine/device_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coralline {
namespace {

std::string PcieText(const PcieLink& link) {
  std::string text = "PCIe";
  if (link.speed) text += fmt::format(" {} GT/s", *link.speed);
  if (link.width) text += fmt::format(" x{}", *link.width);
  return text;
}

std::string UsbText(std::optional<int> mbps) {
  if (!mbps) return "USB";
  const char* version = *mbps >= 5000 ? "3" : *mbps >= 480 ? "2" : "1";
  return fmt::format("USB {}, {} Mbit/s", version, *mbps);
}

}  // namespace

std::string LinkText(const EdgeTpuHardware& device) {
  return device.bus == EdgeTpuBus::kPci ? PcieText(device.pcie)
                                        : UsbText(device.usb_mbps);
}

std::string UsersText(const std::vector<DeviceUser>& users) {
  std::vector<std::string> texts;
  for (const DeviceUser& user : users) {
    texts.push_back(user.name.empty()
                        ? std::to_string(user.pid)
                        : fmt::format("{} ({})", user.name, user.pid));
  }
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, ", "));
}

std::string TemperatureText(const EdgeTpuHardware& device) {
  if (!device.temperature) return "-";
  return fmt::format("{:.1f} C", *device.temperature);
}

std::string DriverText(const EdgeTpuEntry& device) {
  const EdgeTpuHardware& hardware = device.hardware;
  if (hardware.bus == EdgeTpuBus::kUsb || !device.is_in_sysfs) return "-";
  if (hardware.driver.empty()) return "none";
  if (hardware.driver_version.empty()) return hardware.driver;
  return hardware.driver + " " + hardware.driver_version;
}

std::string DeviceText(const EdgeTpuEntry& device) {
  const EdgeTpuHardware& hardware = device.hardware;
  if (!device.is_in_sysfs) return hardware.path + ", which sysfs does not show";
  std::vector<std::string> parts = {
      hardware.path.empty() ? hardware.address : hardware.path,
      LinkText(hardware)};
  if (hardware.bus == EdgeTpuBus::kPci) parts.push_back(DriverText(device));
  if (hardware.temperature) parts.push_back(TemperatureText(hardware));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace coralline
