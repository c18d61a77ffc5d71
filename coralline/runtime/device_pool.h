#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/cpu_device.h"
#include "coralline/device/fault.h"
#include "coralline/planning/model_problem.h"
#include "coralline/planning/plan_document.h"

namespace coralline {

/// The devices that a model runs on, and which of them are alike.
struct DevicePool {
  std::vector<std::unique_ptr<Device>> devices;
  std::vector<int> kind_of;  ///< of each device
  /// Devices of one kind cost the same: "edgetpu-pcie", "cpu"; CPU devices of
  /// several cores are a kind of their own, "cpu, 2 threads".
  std::vector<DeviceGroup> kinds;

  int num_devices() const { return static_cast<int>(devices.size()); }
};

/// How devices are made; see RunnerOptions.
struct PoolOptions {
  CpuKernels kernels = CpuKernels::kAuto;
  bool compute = false;
  std::vector<Fault> faults;
};

/// Of expanded names, in their order. Throws as MakeDevices does.
DevicePool PoolOf(const std::vector<std::string>& names,
                  const PoolOptions& options);

/// Those that a plan uses, one kind for each class: stage by stage, its
/// accelerators emulated and a core for each replica of a CPU stage. Throws
/// Error(kUsage) as CheckFaults does.
DevicePool PoolOf(const PlanDocument& document, const PoolOptions& options);

}  // namespace coralline
