#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coralline/device/device.h"

namespace coralline {

/// Which kernels of TFLite run a segment. The two sets round differently, so
/// outputs are compared within one set only.
enum class CpuKernels {
  kAuto,     ///< XNNPACK where it takes the segment, else the builtin ones
  kBuiltin,  ///< TFLite's own
  kXnnpack,  ///< XNNPACK, or an error; builtin where there is nothing int8
};

/// CPU cores as a device: TFLite with one thread per core, pinned there. No
/// cores means one thread wherever the system puts it.
class CpuDevice : public Device {
 public:
  explicit CpuDevice(std::vector<int> cores,
                     CpuKernels kernels = CpuKernels::kAuto);

  std::string name() const override;
  /// "TFLite 2.9.0, builtin kernels, AMD EPYC 7B13".
  std::string runtime() const override;
  /// Throws Error(kDevice) when no TFLite library is found or a core cannot be
  /// used, and Error(kModel) when TFLite refuses the segment, with its reason.
  std::unique_ptr<Executable> Load(const Model& segment) const override;

 private:
  std::vector<int> cores_;
  CpuKernels kernels_;
};

/// "cpu" (one thread, not pinned), "cpu:1" (one core), "cpu:0-3" (four threads
/// on four cores). Throws Error(kUsage).
std::unique_ptr<Device> MakeDevice(const std::string& name, CpuKernels kernels);

/// "2.9.0", the version of the library that Load uses; throws Error(kDevice).
std::string TfLiteVersion();

/// Whether that library has an XNNPACK that Load uses; throws as the above.
bool TfLiteHasXnnpack();

}  // namespace coralline
