#pragma once

#include <string>

#include "coralline/runtime/device_setup.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// How real Edge TPUs are used, for commands that take devices edgetpu:N.
struct EdgeTpuCommandOptions {
  EdgeTpuOptions device;
  std::string spec;
  std::string compiler;
  double compile_timeout_s = 300;
  std::string compiled_cache;
};

void AddEdgeTpuOptions(CLI::App& app, EdgeTpuCommandOptions& options);

/// Compilers end on Ctrl-C. Throws Error(kUsage) where there is no folder to
/// keep compiled segments in.
EdgeTpuSetup EdgeTpuSetupOf(const EdgeTpuCommandOptions& options);

}  // namespace coralline::cli
