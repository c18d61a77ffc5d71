#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/compiled/segment_compiler.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/edgetpu_device.h"
#include "coralline/device/fault.h"

namespace coralline {

/// How real Edge TPUs are used.
struct EdgeTpuSetup {
  EdgeTpuOptions options;
  /// Name or path of the spec that plans take them for; empty: edgetpu-pcie or
  /// edgetpu-usb3-desktop, by the bus.
  std::string spec;
  /// Null: edgetpu_compiler, with compiled segments kept in the user's cache
  /// folder.
  std::shared_ptr<const SegmentCompiler> compiler;
};

/// How devices are made from their names.
struct DeviceSetup {
  CpuKernels kernels = CpuKernels::kAuto;
  /// Whether the CPU computes the outputs of emulated devices.
  bool compute = false;
  /// Of emulated devices; Fault::device is a place among the names.
  std::vector<Fault> faults = {};
  EdgeTpuSetup edgetpu = {};
};

}  // namespace coralline
