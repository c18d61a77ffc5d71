#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/device.h"
#include "coralline/runtime/device_setup.h"

namespace coralline {

/// The names that a user gives with each emulated:SPEC:N taken apart into N
/// devices "emulated:SPEC", and edgetpu:all into those that are there
/// (ExpandEdgeTpuName). Throws Error(kUsage) unless N is 1 to 16, and as
/// ExpandEdgeTpuName does.
std::vector<std::string> ExpandDevices(const std::vector<std::string>& names,
                                       const EdgeTpuOptions& edgetpu = {});

/// The name of the spec in "emulated:SPEC"; empty for any other device.
std::string EmulatedSpecName(const std::string& name);

/// Name or path of the spec that plans take an expanded name for; empty for
/// CPU cores. `edgetpu_spec` is EdgeTpuSetup::spec.
std::string SpecNameOf(const std::string& name,
                       const std::string& edgetpu_spec);

/// "edgetpu:pci" of "edgetpu:pci:1": what plans and reports call devices of one
/// bus. Requires an expanded name of a real Edge TPU.
std::string EdgeTpuKindName(const std::string& name);

/// The devices of expanded names: "cpu:0", "edgetpu:pci:0", or "emulated:SPEC"
/// with a device spec's name or path. Throws Error(kUsage), for a fault of
/// anything but an emulated device too, and Error(kDevice) for an Edge TPU that
/// is not there.
std::vector<std::unique_ptr<Device>> MakeDevices(
    const std::vector<std::string>& names, const DeviceSetup& setup);

/// Throws Error(kUsage) for a fault of a device that is not there, or not
/// emulated.
void CheckFaults(const std::vector<Fault>& faults,
                 const std::vector<bool>& is_emulated);

/// Those of one device.
std::vector<Fault> FaultsOf(const std::vector<Fault>& faults, int device);

}  // namespace coralline
