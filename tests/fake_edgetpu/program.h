#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "coralline/sim/device_spec.h"
#include "tests/fake_edgetpu/open_device.h"
#include "tests/fake_edgetpu/tflite_abi.h"
#include "tests/fake_edgetpu/twin.h"

namespace coralline::fake_edgetpu {

/// An edgetpu-custom-op in its model.
struct CustomOp {
  std::span<const std::byte> options;
  const TfLiteTensor* tensors = nullptr;  ///< of the model
  std::vector<int> inputs;
  std::vector<int> outputs;
};

/// What a device runs of a package.
struct Program {
  /// Programs with one token share what is resident.
  std::uint64_t token = 0;
  InferenceTimes times;
  std::unique_ptr<Twin> twin;
};

/// Throws Error(kModel) for a package that is damaged or needs a newer runtime
/// than $FAKE_EDGETPU_RUNTIME, and where no CPU model is known to compute it.
Program LoadProgram(const CustomOp& op, const DeviceSpec& spec);

}  // namespace coralline::fake_edgetpu
