#pragma once

#include <string>
#include <vector>

#include "coralline/sim/operator_support.h"
#include "coralline/sim/placement.h"
#include "coralline/tflite/model.h"

namespace coralline::fake_edgetpu {

struct CompilationOptions {
  int min_runtime_version = 14;
  /// Cuts the package short, as a compiler that was killed might.
  bool is_truncated = false;
};

/// What the fake compiler makes of a model.
struct Compilation {
  /// Ops that the Edge TPU does not run stay around its custom op; the model as
  /// it was where it runs none.
  Model model;
  std::vector<OpMapping> mappings;  ///< of each op of the source
  Placement placement;              ///< of those that are mapped
  int num_subgraphs = 0;
};

/// Compiles for the simulator's edgetpu-pcie: what maps, what is cached and
/// streamed and how large instructions are is what the simulator says. What is
/// computed is not in the instructions, which are zeros, but in the source that
/// travels along (source.h). Throws Error(kModel) as ExtractSegment does.
Compilation Compile(const Model& model, const CompilationOptions& options);

}  // namespace coralline::fake_edgetpu
