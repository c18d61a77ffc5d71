// How well an Edge TPU works that can be opened.

#include <fmt/format.h>

#include <string>

#include "coralline/machine/device_text.h"
#include "coralline/machine/internal/checks.h"

namespace coralline::internal {
namespace {

constexpr int kUsb3Mbps = 5000;

Finding About(const EdgeTpuEntry& device, const char* check,
              FindingStatus status) {
  return {.check = check, .device = device.label(), .status = status};
}

void CheckUsers(const EdgeTpuEntry& device, Findings& findings) {
  if (device.hardware.users.empty()) return;
  Finding finding = About(device, "in use", FindingStatus::kWarning);
  finding.found = "open in " + UsersText(device.hardware.users);
  finding.way_out = "one process at a time can use it: end that one first";
  findings.push_back(finding);
}

void CheckUsbSpeed(const EdgeTpuEntry& device, Findings& findings) {
  const EdgeTpuHardware& hardware = device.hardware;
  if (!hardware.usb_mbps || *hardware.usb_mbps >= kUsb3Mbps) return;
  Finding finding = About(device, "link", FindingStatus::kWarning);
  finding.found = LinkText(hardware) + ", not USB 3";
  // The rates of the specs edgetpu-usb2, -usb3-rpi4 and -usb3-desktop.
  finding.way_out =
      "use a USB 3 port and cable: published runs move 37 MB/s over USB 2, and "
      "300 to 510 MB/s over USB 3";
  if (!hardware.is_initialized) {
    finding.status = FindingStatus::kNote;
    finding.way_out +=
        "; look again after its first use, before which it has "
        "not got its program";
  }
  findings.push_back(finding);
}

void CheckPcieLink(const EdgeTpuEntry& device, Findings& findings) {
  const PcieLink& link = device.hardware.pcie;
  const bool is_slow =
      link.speed && link.max_speed && *link.speed < *link.max_speed;
  const bool is_narrow =
      link.width && link.max_width && *link.width < *link.max_width;
  if (!is_slow && !is_narrow) return;
  PcieLink most = link;
  most.speed = link.max_speed;
  most.width = link.max_width;
  Finding finding = About(device, "link", FindingStatus::kWarning);
  finding.found =
      fmt::format("{}; the device can do {}", LinkText(device.hardware),
                  LinkText({.pcie = most}));
  finding.way_out =
      "transfers take longer: try another slot or adapter, and the link speed "
      "in the firmware's settings";
  findings.push_back(finding);
}

void CheckInterrupts(const EdgeTpuEntry& device, Findings& findings) {
  const EdgeTpuHardware& hardware = device.hardware;
  if (hardware.driver != "apex" || hardware.interrupt_vectors != 0) return;
  Finding finding = About(device, "interrupts", FindingStatus::kWarning);
  finding.found = "sysfs shows no MSI-X vectors: inferences may never end";
  finding.way_out = kInterruptsWayOut;
  findings.push_back(finding);
}

void CheckTemperature(const EdgeTpuEntry& device, Findings& findings) {
  const EdgeTpuHardware& hardware = device.hardware;
  if (!hardware.temperature || hardware.trip_points.empty()) return;
  constexpr double kNear = 5;
  const double room = hardware.trip_points.front() - *hardware.temperature;
  if (room > kNear) return;
  Finding finding =
      About(device, "temperature",
            room > 0 ? FindingStatus::kNote : FindingStatus::kWarning);
  finding.found =
      fmt::format("{}; the driver lowers the clock from {:.1f} C on",
                  TemperatureText(hardware), hardware.trip_points.front());
  finding.way_out = "cool it: a heat sink, moving air, or pauses";
  findings.push_back(finding);
}

}  // namespace

void CheckHealth(const EdgeTpuEntry& device, Findings& findings) {
  CheckUsers(device, findings);
  CheckUsbSpeed(device, findings);
  CheckPcieLink(device, findings);
  CheckInterrupts(device, findings);
  CheckTemperature(device, findings);
}

}  // namespace coralline::internal
