#pragma once

#include <memory>

#include "tests/fake_edgetpu/open_device.h"
#include "tests/fake_edgetpu/tflite_abi.h"

namespace coralline::fake_edgetpu {

/// A delegate that runs every edgetpu-custom-op of a model on the device.
TfLiteDelegate* MakeDelegate(std::unique_ptr<OpenDevice> device);

/// Null is accepted.
void FreeDelegate(TfLiteDelegate* delegate);

}  // namespace coralline::fake_edgetpu
