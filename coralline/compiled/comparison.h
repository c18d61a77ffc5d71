#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "coralline/compiled/compiled_model.h"
#include "coralline/sim/device_spec.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// What a compilation comes to, predicted or read off a file, in bytes; nullopt
/// where that is not known.
struct Compilation {
  std::optional<std::int64_t> cached_bytes;    ///< parameters on the chip
  std::optional<std::int64_t> streamed_bytes;  ///< parameters that are not
  /// Of one inference, on the link.
  std::optional<std::int64_t> streamed_bytes_per_inference;
  std::optional<std::int64_t> input_bytes;
  std::optional<std::int64_t> output_bytes;
  std::optional<std::int64_t> instruction_bytes;
  std::optional<std::int64_t> scratch_bytes;
  std::optional<std::int64_t> cpu_ops;  ///< left to the CPU; a number
};

/// The parameters of one op as they are predicted.
struct PredictedLayer {
  int op = 0;
  std::int64_t bytes = 0;
  bool is_cached = true;
};

/// A prediction beside what the compiler did.
struct CompilationComparison {
  Compilation predicted;
  Compilation compiled;
  std::vector<PredictedLayer> layers;  ///< those that have parameters
  /// The layout that the prediction takes for the compiler's.
  bool is_newer_compiler = false;
  std::int64_t softmax_table_bytes = 0;
  int few_outputs_multiple = 0;
};

/// Predicts what the compiler makes of `model` and reads what it made of it.
/// The chip is that of `spec`; the layout is what compiled files have: few
/// output channels padded to 16, and for a softmax a table and instructions
/// where the file is a newer compiler's, which does not estimate cycles.
///
/// Throws Error(kModel) where `compiled` is not compiled, has several packages,
/// or takes and gives other tensors than `model`: names, types and shapes.
CompilationComparison CompareWithCompiled(const Model& model,
                                          const Model& compiled,
                                          const DeviceSpec& spec);

}  // namespace coralline
