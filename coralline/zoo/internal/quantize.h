#pragma once

#include <span>

#include "coralline/graph/op_kind.h"
#include "coralline/graph/tensor.h"
#include "coralline/tflite/op_options.h"

namespace coralline::internal {

/// Weights are integers spread evenly from -127 to 127, of this deviation.
inline constexpr int kWeightLimit = 127;
inline constexpr float kWeightDeviation = 73.3F;

/// Standard deviation that a layer gives its output before the activation:
/// ReLU6 has use for more than ReLU.
float DeviationBefore(Activation activation);
/// What of it is left behind the activation.
float DeviationBehind(Activation activation, float deviation);

/// Real values from -limit to limit.
Quantization QuantizeSigned(DataType type, float limit);
/// Real values of that deviation behind an activation.
Quantization QuantizeActivated(DataType type, Activation activation,
                               float deviation);
/// Of one scale for all where `channels` is 0; otherwise the channels' scales
/// lie around it, as those of trained networks do.
Quantization QuantizeWeights(DataType type, float scale, int channels);
/// A bias is in units of the products: int32, no zero point.
Quantization ScaleOfBias(const Quantization& weights, float input_scale);

/// Root mean square of values that spread around their mean by `deviation`:
/// they have one behind an activation, which such a quantization tells.
float RootMeanSquare(DataType type, const Quantization& quantization,
                     float deviation);

/// One that holds the values of all: one of them where it reaches as far as the
/// others, within 2 %.
Quantization CommonQuantization(DataType type,
                                std::span<const Quantization> quantizations);

/// Whether the op may give its output another scale than its inputs have.
bool ChoosesScale(OpKind kind);

}  // namespace coralline::internal
