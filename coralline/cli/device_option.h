#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/cpu_device.h"

namespace coralline::cli {

/// The names on a --devices option with each emulated:SPEC:N taken apart into
/// N devices "emulated:SPEC". Throws Error(kUsage) unless N is 1 to 16.
std::vector<std::string> ExpandDevices(const std::vector<std::string>& names);

/// The devices of expanded names: "cpu:0", or "emulated:SPEC" with a device
/// spec's name or path. `compute` has emulated devices compute their outputs on
/// the CPU. Throws Error(kUsage).
std::vector<std::unique_ptr<Device>> MakeDevices(
    const std::vector<std::string>& names, CpuKernels kernels, bool compute);

}  // namespace coralline::cli
