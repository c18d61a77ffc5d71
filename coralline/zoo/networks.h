#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "coralline/tflite/model.h"

namespace coralline {

/// A network that can be generated under its published name.
struct Architecture {
  std::string_view name;   ///< "resnet50"
  std::string_view title;  ///< "ResNet-50 v1"
  int size = 224;          ///< pixels along a side of its input, by default
  int classes = 1000;      ///< by default; of detectors without a background
  bool has_width = false;  ///< takes NetworkOptions::width
};

struct NetworkOptions {
  int size = 0;      ///< pixels along a side; 0: the architecture's own
  int classes = 0;   ///< 0: the architecture's own
  double width = 1;  ///< share of the channels, of architectures that have it
  /// kInt8: weights per channel, as post-training quantization gives them;
  /// kUint8: per tensor, as quantization-aware training does.
  DataType type = DataType::kInt8;
  std::uint64_t seed = 1;  ///< of the weights
};

/// All of them, family by family. docs/zoo.md has their published counts.
const std::vector<Architecture>& Architectures();

/// A network without the content of its constants: takes no time to make.
struct NetworkShape {
  Graph graph;  ///< equal to that of GenerateNetwork
  /// As its authors count: before batch normalization is folded.
  std::int64_t parameters = 0;
};

/// Both throw Error(kUsage): for an unknown name, with the nearest one; for
/// sizes below 1, or at which a layer vanishes, with the layer; for a width
/// that the architecture does not take; for tensors beyond 2^31 bytes.
NetworkShape DescribeNetwork(std::string_view name,
                             const NetworkOptions& options = {});

/// A quantized model with random weights, the same for the same options on
/// every machine. Batch normalization is folded, activations are fused, and
/// quantization keeps values spread over their range, as in a trained network.
/// Called NAME, NAME_WIDTH, and with _SIZE where it is not the default.
Model GenerateNetwork(std::string_view name,
                      const NetworkOptions& options = {});

}  // namespace coralline
