// What keeps an Edge TPU from being opened.

#include <fmt/format.h>

#include <string>

#include "coralline/machine/internal/checks.h"

namespace coralline::internal {
namespace {

std::string ModuleWayOut(const Machine& machine) {
  const DriverFacts& driver = machine.driver;
  if (driver.is_loaded) {
    return fmt::format(
        "the module is loaded and has not taken the device; 'sudo dmesg | grep "
        "-i -e apex -e gasket' says why, often that it has got no MSI-X "
        "interrupts (-28): {}",
        kInterruptsWayOut);
  }
  const std::string signing =
      driver.secure_boot.value_or(false)
          ? "; secure boot is on, so that the kernel refuses it unsigned: "
            "enroll the DKMS key with mokutil, or turn secure boot off"
          : "";
  if (!driver.module_file.empty()) {
    return fmt::format("{} is there: 'sudo modprobe apex'{}",
                       driver.module_file, signing);
  }
  return fmt::format(
      "install gasket-dkms and the headers of {}; where that package "
      "does not build (kernels of 6.4 and later are said to need more than "
      "version 1.0-18), build github.com/google/gasket-driver{}",
      machine.host.kernel.empty() ? "the running kernel"
                                  : "kernel " + machine.host.kernel,
      signing);
}

// Of a node that belongs to the group.
std::string AccessWayOut(const DriverFacts& driver, EdgeTpuBus bus,
                         const std::string& group) {
  const auto join = [](const std::string& name) {
    return fmt::format("'sudo usermod -aG {} $USER', then log in again", name);
  };
  if (group != "root") return join(group);
  const bool is_pci = bus == EdgeTpuBus::kPci;
  const std::string& rules = is_pci ? driver.pci_rules : driver.usb_rules;
  const std::string first =
      !rules.empty() ? rules + " has not been applied"
      : is_pci
          ? "'sudo groupadd apex', and write SUBSYSTEM==\"apex\", "
            "MODE=\"0660\", GROUP=\"apex\" to /etc/udev/rules.d/65-apex.rules"
          : "install 60-libedgetpu1-std.rules of libedgetpu's package (group "
            "plugdev for 1a6e:089a and 18d1:9302) in /etc/udev/rules.d";
  return fmt::format(
      "{}; 'sudo udevadm control --reload-rules && sudo udevadm trigger', or "
      "plug it in again; {}",
      first, join(is_pci ? "apex" : "plugdev"));
}

Finding About(const EdgeTpuEntry& device, const char* check) {
  return {.check = check,
          .device = device.label(),
          .status = FindingStatus::kProblem};
}

// Whether it has a driver that works.
bool CheckDriver(const Machine& machine, const EdgeTpuEntry& device,
                 Findings& findings) {
  const EdgeTpuHardware& hardware = device.hardware;
  Finding finding = About(device, "driver");
  if (hardware.driver.empty()) {
    finding.found = "no driver has taken the device";
    finding.way_out = ModuleWayOut(machine);
  } else if (hardware.driver != "apex") {
    finding.found = fmt::format("its driver is {}, not apex", hardware.driver);
    finding.way_out =
        hardware.driver == "vfio-pci"
            ? "it is given to a virtual machine: use it there, or unbind it"
            : "unbind it, and 'sudo modprobe apex'";
  } else if (hardware.path.empty()) {
    finding.found = "apex has the device, but /sys/class/apex does not";
    finding.way_out = "see 'sudo dmesg | grep -i -e apex -e gasket'";
  } else if (!hardware.status.empty() && hardware.status != "ALIVE") {
    finding.found = fmt::format("the driver says {}", hardware.status);
    finding.way_out =
        "'sudo modprobe -r apex && sudo modprobe apex', or switch the machine "
        "off and on; where it happens again, look at cooling and power";
  } else {
    return true;
  }
  findings.push_back(finding);
  return false;
}

bool CheckAccess(const Machine& machine, const EdgeTpuEntry& device,
                 Findings& findings) {
  const EdgeTpuHardware& hardware = device.hardware;
  if (!hardware.access || hardware.access->can_open) return true;
  Finding finding = About(device, "access");
  if (!hardware.access->is_there) {
    finding.found = hardware.node + " is not there";
    finding.way_out = fmt::format(
        "in a container: hand the device in, such as docker run --device {}; "
        "otherwise udev has not made the node",
        hardware.bus == EdgeTpuBus::kPci ? hardware.node : "/dev/bus/usb");
  } else {
    finding.found = fmt::format("{} ({}) cannot be opened by this user",
                                hardware.node, hardware.access->owner);
    finding.way_out =
        AccessWayOut(machine.driver, hardware.bus, hardware.access->group);
  }
  findings.push_back(finding);
  return false;
}

}  // namespace

void CheckReachable(const Machine& machine, const EdgeTpuEntry& device,
                    Findings& findings) {
  if (!device.is_in_sysfs) return;
  const bool has_driver = device.hardware.bus == EdgeTpuBus::kUsb ||
                          CheckDriver(machine, device, findings);
  if (!has_driver || !CheckAccess(machine, device, findings)) return;
  if (device.is_listed.value_or(true)) return;
  Finding finding = About(device, "listed");
  finding.found = "the system has it, but libedgetpu does not list it";
  finding.way_out =
      "plug it in again, or restart the machine; in a container, see that "
      "/sys and /dev are the host's";
  findings.push_back(finding);
}

}  // namespace coralline::internal
