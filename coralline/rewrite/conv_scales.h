#pragma once

#include <cstdint>
#include <optional>

namespace coralline {

/// A real factor as integer kernels apply it: multiplier * 2^(shift - 31).
struct FixedPointFactor {
  std::int32_t multiplier = 0;
  int shift = 0;

  bool operator==(const FixedPointFactor&) const = default;
};

/// Rounded to 31 bits. Requires factor >= 0.
FixedPointFactor FixedPoint(double factor);

/// The scales of a layer's input, weights and output.
struct LayerScales {
  float input = 0;
  float weights = 0;
  float output = 0;
};

/// Scales of a convolution that rounds as a fully connected layer of these
/// does. The two kernels take an int32 sum to the output's scale by a factor;
/// the fully connected one computes it from the product of input and weight
/// scale as a float, the int8 convolution as a double. So input and weight
/// scale are moved by some units in the last place until both factors are the
/// same fixed-point number, and the products the same float, from which XNNPACK
/// computes its own. Then all outputs are equal, whatever the kernels round.
/// The first that fit, the given ones if they do; nullopt where none are near.
std::optional<LayerScales> ExactConvScales(const LayerScales& layer);

}  // namespace coralline
