#pragma once

#include <span>

#include "coralline/rewrite/layer_split.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// The same model with some of its layers computed in parts: each part is the
/// layer with a slice of its weights and biases, and a CONCATENATION joins
/// them. Outputs are the same bit for bit, on the builtin kernels of TFLite and
/// on XNNPACK's.
///
///     input -> FULLY_CONNECTED -> output
///     input -> FULLY_CONNECTED -> output/part_0 -> CONCATENATION -> output
///           -> FULLY_CONNECTED -> output/part_1 ->
///
/// Around parts that are convolutions RESHAPEs make a map of a vector and a
/// vector of a map. A part of a depthwise convolution begins with a
/// STRIDED_SLICE that takes its channels from the input. Inputs, outputs and
/// all tensors but the parameters of these layers keep their names; ops stay in
/// order. Nothing is changed without splits.
///
/// Throws Error(kUsage) for a tensor that no op produces, one that is given
/// twice, and numbers of parts below 2 or above that of channels; Error(kModel)
/// for layers that cannot be split (WhyNotSplit, WhyNotConvolution).
Model SplitLayers(const Model& model, std::span<const LayerSplit> splits);

}  // namespace coralline
