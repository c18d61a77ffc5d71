#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/graph/graph.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// When an executable runs.
enum class ExecutableType {
  kStandAlone,        ///< once per inference; nothing is cached
  kParameterCaching,  ///< once while its parameters are resident: uploads them
  kExecutionOnly,     ///< once per inference, with parameters that are resident
};

/// "STAND_ALONE", "PARAMETER_CACHING", "EXECUTION_ONLY".
std::string ExecutableTypeText(ExecutableType type);

/// An input or output as the device sees it.
struct CompiledLayer {
  std::string name;
  std::int64_t bytes = 0;  ///< in the device's layout, per inference

  bool operator==(const CompiledLayer&) const = default;
};

/// Bytes that cross the link in one run of an executable, by what they are.
struct DmaTraffic {
  std::int64_t instructions = 0;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t parameters = 0;
  std::int64_t scratch_in = 0;   ///< read back from the host
  std::int64_t scratch_out = 0;  ///< activations that do not fit the device
  int num_transfers = 0;

  bool operator==(const DmaTraffic&) const = default;
};

/// A program of the device.
struct CompiledExecutable {
  std::string name;
  ExecutableType type = ExecutableType::kStandAlone;
  std::string chip;  ///< "beagle"
  int batch = 1;
  /// What it uploads (kParameterCaching), or streams at every inference.
  std::int64_t parameter_bytes = 0;
  std::int64_t instruction_bytes = 0;
  int num_instruction_chunks = 0;
  std::int64_t scratch_bytes = 0;
  std::int64_t narrow_memory_bytes_per_tile = 0;
  /// Executables with one token share what is resident; 0: none.
  std::uint64_t parameter_caching_token = 0;
  std::int64_t estimated_cycles = 0;  ///< 0 where the compiler does not tell
  std::vector<CompiledLayer> inputs;
  std::vector<CompiledLayer> outputs;
  /// nullopt where the hints do not tell all of it (not deterministic).
  std::optional<DmaTraffic> traffic;

  bool operator==(const CompiledExecutable&) const = default;
};

/// What one edgetpu-custom-op holds.
struct CompiledPackage {
  int op = 0;  ///< of the model's graph
  /// The lowest version of the runtime that runs it (10, 12, 13, 14).
  int min_runtime_version = 0;
  std::string compiler_version;  ///< often scrubbed by the compiler
  std::vector<CompiledExecutable> executables;

  /// What stays on the chip, and what is streamed at every inference.
  std::int64_t cached_bytes() const;
  std::int64_t streamed_bytes() const;
  /// The one that runs at each inference: null where there is none.
  const CompiledExecutable* inference() const;

  bool operator==(const CompiledPackage&) const = default;
};

/// The packages of a compiled model (ReadTflite with Compiled::kAllow), one for
/// each of its edgetpu-custom-ops, in their order; empty for a model that is
/// not compiled. Nothing of the file is trusted. Throws Error(kModel), naming
/// the file, the op and the place, for a package that is truncated, damaged or
/// of a form that libedgetpu does not take.
std::vector<CompiledPackage> ReadPackages(const Model& model);

/// The same of the options of one edgetpu-custom-op; messages begin with
/// `name`, and CompiledPackage::op is 0.
CompiledPackage ParsePackage(std::span<const std::byte> custom_options,
                             const std::string& name);

/// Content of the parameters of one executable of these options, inside them.
/// Requires an index into CompiledPackage::executables.
std::span<const std::byte> ExecutableParameters(
    std::span<const std::byte> custom_options, int executable);

/// Whether the model has an edgetpu-custom-op.
bool IsCompiled(const Graph& graph);

}  // namespace coralline
