#pragma once

#include <cstdint>

#include "coralline/tflite/model.h"

namespace coralline {

/// What follows each layer but the last. ReLU is fused, so one layer is one op;
/// tanh is an op of its own, as in the paper's fully connected networks.
enum class HiddenActivation { kRelu, kTanh };

/// A chain of fully connected layers: input -> width -> ... -> width -> output.
/// The defaults are the paper's.
struct FullyConnectedNet {
  int width = 0;
  int layers = 5;
  int input = 64;
  int output = 10;
  HiddenActivation activation = HiddenActivation::kRelu;
  std::uint64_t seed = 1;
};

/// A chain of 3x3 convolutions of stride 1 with fused ReLU, all of the image's
/// size: size x size x channels -> size x size x width -> ... The defaults are
/// the paper's.
struct ConvNet {
  int width = 0;
  int layers = 5;
  int size = 64;
  int channels = 3;
  std::uint64_t seed = 1;
};

/// int8 models with random weights, the same for the same seed on every
/// machine. Quantization parameters keep the activations spread over their
/// range. Called "fc_WIDTH" and "conv_WIDTH".
///
/// Throws Error(kUsage) for sizes below 1, fewer than 2 layers (1 for
/// convolutions), and tensors of 2^31 bytes or more.
Model GenerateFullyConnected(const FullyConnectedNet& net);
Model GenerateConv(const ConvNet& net);

}  // namespace coralline
