#pragma once

#include "coralline/device/cpu_device.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// Adds --kernels auto|builtin|xnnpack.
void AddKernelsOption(CLI::App& app, CpuKernels& kernels);

}  // namespace coralline::cli
