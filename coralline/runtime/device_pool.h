#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/device.h"
#include "coralline/planning/model_problem.h"
#include "coralline/planning/plan_document.h"
#include "coralline/runtime/device_setup.h"

namespace coralline {

/// The devices that a model runs on, and which of them are alike.
struct DevicePool {
  std::vector<std::unique_ptr<Device>> devices;
  std::vector<int> kind_of;  ///< of each device
  /// Devices of one kind cost the same: "edgetpu-pcie" (emulated),
  /// "edgetpu:pci" (real), "cpu"; CPU devices of several cores are a kind of
  /// their own, "cpu, 2 threads".
  std::vector<DeviceGroup> kinds;

  int num_devices() const { return static_cast<int>(devices.size()); }
};

/// Of expanded names, in their order. Throws as MakeDevices does.
DevicePool PoolOf(const std::vector<std::string>& names,
                  const DeviceSetup& setup);

/// Those that a plan uses, one kind for each class: stage by stage, a core for
/// each replica of a CPU stage, the real Edge TPUs where it was made for them
/// (its class is "edgetpu:pci" or "edgetpu:usb"), and other accelerators
/// emulated. Throws as MakeDevices does, and Error(kDevice) where fewer Edge
/// TPUs are there than the plan needs.
DevicePool PoolOf(const PlanDocument& document, const DeviceSetup& setup);

}  // namespace coralline
