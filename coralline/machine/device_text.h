#pragma once

#include <string>
#include <vector>

#include "coralline/machine/edgetpu_list.h"

namespace coralline {

/// "PCIe 5 GT/s x1", "USB 3, 5000 Mbit/s"; what is not known is left out.
std::string LinkText(const EdgeTpuHardware& device);

/// "python3 (1234), 567"; "-" where nobody is seen.
std::string UsersText(const std::vector<DeviceUser>& users);

/// "45.2 C"; "-" where the device does not tell.
std::string TemperatureText(const EdgeTpuHardware& device);

/// "/dev/apex_0, PCIe 5 GT/s x1, apex 1.2, 45.2 C".
std::string DeviceText(const EdgeTpuEntry& device);

/// "apex 1.2", "vfio-pci", "none"; "-" for USB, which needs none, and for what
/// sysfs does not show.
std::string DriverText(const EdgeTpuEntry& device);

}  // namespace coralline
