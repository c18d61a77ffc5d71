#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/cpu_device.h"
#include "coralline/device/fault.h"

namespace coralline {

/// The names that a user gives with each emulated:SPEC:N taken apart into N
/// devices "emulated:SPEC". Throws Error(kUsage) unless N is 1 to 16.
std::vector<std::string> ExpandDevices(const std::vector<std::string>& names);

/// The name of the spec in "emulated:SPEC"; empty for any other device.
std::string EmulatedSpecName(const std::string& name);

/// The devices of expanded names: "cpu:0", or "emulated:SPEC" with a device
/// spec's name or path. `compute` has emulated devices compute their outputs on
/// the CPU. Fault::device is a place among the names. Throws Error(kUsage), for
/// a fault of anything but an emulated device too.
std::vector<std::unique_ptr<Device>> MakeDevices(
    const std::vector<std::string>& names, CpuKernels kernels, bool compute,
    const std::vector<Fault>& faults = {});

/// Throws Error(kUsage) for a fault of a device that is not there, or not
/// emulated.
void CheckFaults(const std::vector<Fault>& faults,
                 const std::vector<bool>& is_emulated);

/// Those of one device.
std::vector<Fault> FaultsOf(const std::vector<Fault>& faults, int device);

}  // namespace coralline
