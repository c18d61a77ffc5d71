#pragma once

#include <string>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// A layer that is to be computed in parts, each of some of its outputs.
struct LayerSplit {
  std::string tensor;  ///< the layer's output
  int parts = 2;
  /// Of a fully connected layer: the parts are convolutions of a map of one
  /// pixel, whose parameters a device may spread finer over its memory.
  bool as_convolution = false;

  bool operator==(const LayerSplit&) const = default;
};

/// Why an op cannot be split; empty where it can: a fully connected layer, a
/// convolution or a depthwise convolution with 8-bit tensors and constant
/// parameters.
std::string WhyNotSplit(const Graph& graph, const Op& op);

/// The same for parts that are convolutions: a fully connected layer of one
/// vector, with weights around zero (or of type uint8), and scales that
/// ExactConvScales finds.
std::string WhyNotConvolution(const Graph& graph, const Op& op);

/// Output channels of a layer that can be split. Of a depthwise convolution its
/// input channels, as those and their outputs stay together.
int NumSplittable(const Graph& graph, const Op& op);

/// The bounds between so many parts of so many channels, from 0 to channels:
/// about equal, in multiples of 64 where there are enough of them, of 16, 4 or
/// 1 otherwise. Requires 1 <= parts <= channels.
std::vector<int> PartBounds(int channels, int parts);

}  // namespace coralline
