#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "coralline/machine/root.h"

namespace coralline::testing_util {

/// What a test says of a PCIe Edge TPU.
struct FakePci {
  std::string address = "0000:01:00.0";
  /// Between the host bridge and the device: "0000:00:1c.0".
  std::string ports = "0000:00:1c.0";
  std::string driver = "apex";  ///< empty: none
  int apex = 0;                 ///< /dev/apex_0; negative: no such node
  std::string speed = "5.0 GT/s PCIe";
  std::string max_speed = "5.0 GT/s PCIe";
  int vectors = 13;
  std::string temp = "45200";
  std::string status = "ALIVE";
};

struct FakeUsb {
  std::string address = "2-1";
  std::string id = "18d1:9302";
  int bus = 2;
  int device = 4;
  std::string speed = "5000";
};

/// A machine's files in a folder of its own, which goes away with it.
class FakeRoot {
 public:
  FakeRoot() {
    std::string folder =
        (std::filesystem::temp_directory_path() / "coralline_root_XXXXXX")
            .string();
    if (mkdtemp(folder.data())) folder_ = folder;
  }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;
  ~FakeRoot() { std::filesystem::remove_all(folder_); }

  const std::filesystem::path& folder() const { return folder_; }
  Root root() const { return Root(folder_); }

  /// Paths are absolute, as on the machine.
  void Write(const std::string& path, const std::string& content) const {
    std::filesystem::create_directories(Place(path).parent_path());
    std::ofstream(Place(path), std::ios::binary) << content;
  }

  /// A relative link, as sysfs has them.
  void Link(const std::string& path, const std::string& target) const {
    const auto parent = Place(path).parent_path();
    std::filesystem::create_directories(parent);
    std::filesystem::create_directories(Place(target).parent_path());
    std::filesystem::create_symlink(Place(target).lexically_relative(parent),
                                    Place(path));
  }

  void AddPciDevice(const FakePci& pci = {}) const {
    const std::string device =
        "/sys/devices/pci0000:00/" + pci.ports + "/" + pci.address;
    Write(device + "/vendor", "0x1ac1\n");
    Write(device + "/device", "0x089a\n");
    Write(device + "/current_link_speed", pci.speed + "\n");
    Write(device + "/max_link_speed", pci.max_speed + "\n");
    Write(device + "/current_link_width", "1\n");
    Write(device + "/max_link_width", "1\n");
    for (int i = 0; i < pci.vectors; ++i) {
      Write(device + "/msi_irqs/" + std::to_string(30 + i), "msix\n");
    }
    Link("/sys/bus/pci/devices/" + pci.address, device);
    if (pci.driver.empty()) return;
    Link(device + "/driver", "/sys/bus/pci/drivers/" + pci.driver);
    if (pci.apex >= 0) AddApex(pci, device);
  }

  void AddUsbDevice(const FakeUsb& usb = {}) const {
    const std::string device = "/sys/devices/pci0000:00/0000:00:14.0/usb" +
                               std::to_string(usb.bus) + "/" + usb.address;
    Write(device + "/idVendor", usb.id.substr(0, 4) + "\n");
    Write(device + "/idProduct", usb.id.substr(5) + "\n");
    Write(device + "/busnum", std::to_string(usb.bus) + "\n");
    Write(device + "/devnum", std::to_string(usb.device) + "\n");
    Write(device + "/speed", usb.speed + "\n");
    Link("/sys/bus/usb/devices/" + usb.address, device);
  }

  /// A process that has the node open.
  void AddUser(int pid, const std::string& name,
               const std::string& node) const {
    const std::string process = "/proc/" + std::to_string(pid);
    Write(process + "/comm", name + "\n");
    std::filesystem::create_directories(Place(process + "/fd"));
    std::filesystem::create_symlink(node, Place(process + "/fd/7"));
  }

  void AddCpu(const std::string& flags = "lm avx2 avx512_vnni") const {
    std::string text;
    for (int thread = 0; thread < 4; ++thread) {
      text += "processor\t: " + std::to_string(thread) +
              "\nmodel name\t: Example CPU\nphysical id\t: 0\ncore id\t\t: " +
              std::to_string(thread / 2) + "\nflags\t\t: " + flags + "\n\n";
    }
    Write("/proc/cpuinfo", text);
  }

 private:
  std::filesystem::path Place(const std::string& path) const {
    return folder_ / std::filesystem::path(path).relative_path();
  }

  void AddApex(const FakePci& pci, const std::string& device) const {
    const std::string name = "apex_" + std::to_string(pci.apex);
    const std::string folder = device + "/apex/" + name;
    Link(folder + "/device", device);
    Write(folder + "/temp", pci.temp + "\n");
    Write(folder + "/trip_point0_temp", "84800\n");
    Write(folder + "/trip_point1_temp", "89800\n");
    Write(folder + "/trip_point2_temp", "94800\n");
    Write(folder + "/status", pci.status + "\n");
    Write(folder + "/driver_version", "1.2\n");
    Link("/sys/class/apex/" + name, folder);
  }

  std::filesystem::path folder_;
};

}  // namespace coralline::testing_util
