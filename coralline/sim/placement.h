#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coralline/sim/layer.h"

namespace coralline {

/// The parameter memory of a device.
struct ParameterMemory {
  int num_banks = 16;
  /// What one bank holds of an otherwise empty chip, in bytes. The published
  /// series pin it between 513,280 and 516,095.
  std::int64_t bank_bytes = 514500;
  /// Room that the segment's input takes from the parameters, in bytes of all
  /// banks per byte of input. Read off segments that begin with a 64x64xF
  /// tensor; how it scales with other maps has not been measured.
  double reserve_per_input_byte = 0.664;
  /// The same per pixel of the input, only where not everything fits, and the
  /// larger of both counts: what classifiers that stream leave unused. Bytes.
  double overflow_reserve_per_input_pixel = 0;
  /// The most that this takes, in bytes; 0: no limit.
  double overflow_reserve_limit = 0;

  bool operator==(const ParameterMemory&) const = default;
};

/// What a segment takes in, over all of its inputs.
struct SegmentInput {
  std::int64_t bytes = 0;
  std::int64_t pixels = 0;  ///< height x width of maps
};

/// Which layers of one segment stay on the chip.
struct Placement {
  std::vector<bool> is_cached;  ///< of each layer; true without parameters
  std::int64_t cached_bytes = 0;
  std::int64_t streamed_bytes = 0;  ///< of one pass
  /// Of the banks, beside what is cached and reserved; blocks may still not
  /// fit.
  std::int64_t remaining_bytes = 0;
};

/// Places layers as Google's compiler does: largest first, each as a whole. A
/// layer is cached when its blocks and those of all that is cached already can
/// be packed, longest first onto the least filled bank; if not it is streamed,
/// and smaller ones are still tried. What has no blocks but bytes to stream is
/// streamed though there is room. Requires a bank or more.
Placement Place(std::span<const Layer> layers, const ParameterMemory& memory,
                const SegmentInput& input);

}  // namespace coralline
