#pragma once

#include <memory>
#include <optional>
#include <string>

#include "coralline/device/cpu_device.h"
#include "coralline/sim/device_spec.h"

namespace coralline {

/// A device that takes, in wall-clock time, what the simulator says: the real
/// pipeline runtime runs with accelerators that are not there. The first
/// inference loads the parameters, later ones find them. A device starts when
/// the stage's thread calls Run, and its deadline counts from there.
///
/// Outputs are all zero bytes, unless the CPU computes them meanwhile: then
/// they are true, and an inference takes the larger of both times.
class EmulatedDevice : public Device {
 public:
  /// `number` tells equal devices apart in reports. `compute` has the outputs
  /// computed by these kernels.
  explicit EmulatedDevice(DeviceSpec spec, int number = 0,
                          std::optional<CpuKernels> compute = std::nullopt);

  std::string name() const override;
  /// Changes with every number of the spec and with our version: "Coralline
  /// 0.1.0, emulated, spec 5f0c...", and what computes.
  std::string runtime() const override;
  /// Throws Error(kModel) for an op that the accelerator does not run, and what
  /// CpuDevice::Load does where outputs are computed.
  std::unique_ptr<Executable> Load(const Model& segment) const override;

 private:
  DeviceSpec spec_;
  int number_;
  std::optional<CpuKernels> compute_;
};

}  // namespace coralline
