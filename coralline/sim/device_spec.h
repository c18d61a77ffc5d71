#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/placement.h"

namespace coralline {

/// An accelerator with a memory for parameters, on one host and link, as the
/// simulator sees it. docs/device-spec.md describes the file format. Times are
/// in milliseconds, sizes in bytes, rates in bytes per second.
struct DeviceSpec {
  std::string name;
  std::string description;

  SystolicArray array;
  ParameterMemory memory;
  /// See LayoutOptions.
  int few_outputs_multiple = 16;
  /// Activation memory of a tile; beyond it a layer runs in several passes.
  std::int64_t activation_tile_bytes = 0;

  double clock_hz = 0;
  /// Cycles that a layer takes over those of a full array.
  double cycles_factor = 0;
  /// The same where weights are int8; 0: no other.
  double int8_cycles_factor = 0;
  /// Cycles that each start of the array adds.
  double fill_cycles = 0;
  /// Cycles of a depthwise layer over Layer::depthwise_cycles, before the
  /// factors above.
  double depthwise_cycles_factor = 0;
  /// Of what ops without a matrix move, Layer::vector_bytes; 0: it takes no
  /// time.
  double vector_bytes_per_s = 0;

  /// Of every inference, and of every one that streams parameters.
  double fixed_ms = 0;
  double streaming_fixed_ms = 0;
  /// The first inference, which brings the cached parameters.
  double upload_fixed_ms = 0;
  double upload_bytes_per_s = 0;

  double streaming_bytes_per_s = 0;
  /// Instructions, and tensors below large_tensor_bytes.
  double small_bytes_per_s = 0;
  std::int64_t large_tensor_bytes = 0;
  double large_input_bytes_per_s = 0;
  /// From the device, and then the host's change of layout: a large output pays
  /// both, one after the other.
  double large_output_bytes_per_s = 0;
  double relayout_bytes_per_s = 0;

  /// What the compiler adds for a softmax: parameters, and instructions beyond
  /// those of the compilers of 2020, in bytes; the latter below 0: not known.
  double softmax_table_bytes = 0;
  double softmax_program_bytes = -1;

  /// How far a time may be off, as a share of it and in milliseconds: what the
  /// errors on measured rows were; the share is 0 where none are known.
  double relative_error = 0;
  double absolute_error_ms = 0;

  bool operator==(const DeviceSpec&) const = default;
};

/// Parses a spec from JSON. Throws Error(kUsage) that gives the JSON path at
/// fault, what was found and what was expected; `file` is for messages.
DeviceSpec ParseDeviceSpec(std::string_view json, const std::string& file);

/// The JSON text of a spec by its name, or of a file where `name` is a path
/// (ends in .json). Throws Error(kUsage) that lists the names.
std::string ReadDeviceSpecText(const std::string& name);

/// A spec by its name, or from a file where `name` is a path (ends in .json).
/// Throws Error(kUsage) that lists the names.
DeviceSpec ReadDeviceSpec(const std::string& name);

/// A number of a spec that measurements can determine.
struct SpecConstant {
  const char* path;  ///< in the JSON file, such as "/fixed/inference"
  double DeviceSpec::*member;
  bool is_rate = false;      ///< a time grows with one over it
  bool is_optional = false;  ///< 0 where a spec has none
};

/// All of them; which come first are preferred where measurements cannot tell
/// two apart.
std::span<const SpecConstant> SpecConstants();

/// Names of the specs that come with Coralline, sorted.
std::vector<std::string> DeviceSpecNames();

}  // namespace coralline
