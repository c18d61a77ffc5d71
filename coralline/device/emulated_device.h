#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coralline/device/cpu_device.h"
#include "coralline/device/fault.h"
#include "coralline/sim/device_spec.h"

namespace coralline {

namespace internal {
class FaultState;
}

/// A device that takes, in wall-clock time, what the simulator says: the real
/// pipeline runtime runs with accelerators that are not there. The first
/// inference loads the parameters, later ones find them. A device starts when
/// the stage's thread calls Run, and its deadline counts from there.
///
/// Outputs are all zero bytes, unless the CPU computes them meanwhile: then
/// they are true, and an inference takes the larger of both times.
///
/// Faults happen to the device and all that it has loaded, which may outlive
/// it; a copy of the device is the same device. A fault of a request happens
/// once, at that inference or the first one after it.
///
/// kFail: Run throws Error(kDevice), "edgetpu-pcie #2, emulated: inference 100
/// failed (fault injected)". kStall: Run hangs, then takes its time; Abandon
/// ends that with Error(kDevice). kSlow: EmulatedRun::simulated stays what the
/// simulator says. kLost: Run and Load throw Error(kDevice), "edgetpu-pcie #2,
/// emulated is lost (fault injected)", an inference under way does at its end,
/// and those tried meanwhile do not count; a device that comes back loads its
/// parameters again.
class EmulatedDevice : public Device {
 public:
  /// `number` tells equal devices apart in reports. `compute` has the outputs
  /// computed by these kernels. All `faults` are this device's, whatever their
  /// Fault::device says. With `host` the CPU runs, by these kernels, the ops
  /// that the accelerator does not, before it takes the next request: as the
  /// host of a compiled model does.
  explicit EmulatedDevice(DeviceSpec spec, int number = 0,
                          std::optional<CpuKernels> compute = std::nullopt,
                          std::vector<Fault> faults = {},
                          std::optional<CpuKernels> host = std::nullopt);

  std::string name() const override;
  /// Changes with every number of the spec and with our version: "Coralline
  /// 0.1.0, emulated, spec 5f0c...", what computes, and the faults.
  std::string runtime() const override;
  /// Throws Error(kModel) for an op that the accelerator does not run, unless
  /// the host does, and what CpuDevice::Load does where the CPU computes.
  std::unique_ptr<Executable> Load(const Model& segment) const override;
  /// False while a fault has the device lost.
  bool is_present() const override;
  /// Simulated, and only where a fault slows the device: 90 meanwhile, else 45.
  std::optional<double> temperature() const override;
  bool is_emulated() const override { return true; }

 private:
  std::unique_ptr<Executable> LoadMapped(const Model& segment,
                                         std::string device) const;

  DeviceSpec spec_;
  int number_;
  std::optional<CpuKernels> compute_;
  std::vector<Fault> faults_;
  std::optional<CpuKernels> host_;
  std::shared_ptr<internal::FaultState> state_;
};

}  // namespace coralline
