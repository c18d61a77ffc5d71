#include "coralline/rewrite/layer_split.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/rewrite/conv_scales.h"

namespace coralline {
namespace {

bool Is8Bit(const Tensor& tensor) {
  return tensor.type == DataType::kInt8 || tensor.type == DataType::kUint8;
}

bool IsLayer(OpKind kind) {
  return kind == OpKind::kFullyConnected || kind == OpKind::kConv2d ||
         kind == OpKind::kDepthwiseConv2d;
}

const Tensor* BiasOf(const Graph& graph, const Op& op) {
  const bool is_there = op.inputs.size() > 2 && op.inputs[2] != Op::kNoTensor;
  return is_there ? &graph.tensors[op.inputs[2]] : nullptr;
}

// Whether the content has the size that the shape tells.
bool IsConstant(const Tensor& tensor) {
  return tensor.is_constant() && tensor.constant_bytes == NumBytes(tensor);
}

std::string WhyNotShapes(const Graph& graph, const Op& op) {
  const auto& input = graph.tensors[op.inputs[0]].shape;
  const auto& weights = graph.tensors[op.inputs[1]].shape;
  const auto& output = graph.tensors[op.outputs[0]].shape;
  const bool is_dense = op.kind == OpKind::kFullyConnected;
  const bool is_depthwise = op.kind == OpKind::kDepthwiseConv2d;
  const std::size_t rank = is_dense ? 2 : 4;
  if (weights.size() != rank || output.empty() ||
      (!is_dense && (input.size() != rank || output.size() != rank))) {
    return "its tensors have unusual numbers of dimensions";
  }
  const int channels = weights[is_depthwise ? 3 : 0];
  if (channels < 1 || output.back() != channels) {
    return "its weights and its output differ in the number of channels";
  }
  if (op.kind == OpKind::kConv2d && weights[3] != input[3]) {
    return "it is a convolution in groups";
  }
  if (is_depthwise && (input[3] < 1 || channels % input[3] != 0)) {
    return "its output channels are no multiple of its input's";
  }
  const Tensor* bias = BiasOf(graph, op);
  if (bias && bias->shape != std::vector{channels}) {
    return "its bias does not have one value for each output channel";
  }
  return {};
}

// One scale for all channels, or for each along `axis`.
bool IsSliceable(const Tensor& tensor, int axis) {
  const Quantization& quantization = tensor.quantization;
  const auto channels = static_cast<std::size_t>(tensor.shape[axis]);
  const auto is_one_or_each = [channels](const auto& values) {
    return values.size() <= 1 || values.size() == channels;
  };
  if (!is_one_or_each(quantization.scale) ||
      !is_one_or_each(quantization.zero_point)) {
    return false;
  }
  return std::max(quantization.scale.size(), quantization.zero_point.size()) <=
             1 ||
         quantization.dimension == axis;
}

}  // namespace

std::string WhyNotSplit(const Graph& graph, const Op& op) {
  if (!IsLayer(op.kind)) {
    return fmt::format("{} is no fully connected layer and no convolution",
                       OpName(op));
  }
  const bool is_usual = op.inputs.size() >= 2 && op.outputs.size() == 1 &&
                        op.inputs[0] != Op::kNoTensor &&
                        op.inputs[1] != Op::kNoTensor;
  if (!is_usual) return "it has unusual numbers of inputs or outputs";
  const Tensor& weights = graph.tensors[op.inputs[1]];
  const Tensor* bias = BiasOf(graph, op);
  if (!Is8Bit(graph.tensors[op.inputs[0]]) || !Is8Bit(weights) ||
      !Is8Bit(graph.tensors[op.outputs[0]])) {
    return "its tensors are not 8-bit integers";
  }
  if (!IsConstant(weights) || (bias && !IsConstant(*bias))) {
    return "its parameters are not constant";
  }
  if (auto why_not = WhyNotShapes(graph, op); !why_not.empty()) return why_not;
  const int axis = op.kind == OpKind::kDepthwiseConv2d ? 3 : 0;
  if (!IsSliceable(weights, axis) || (bias && !IsSliceable(*bias, 0))) {
    return "its parameters are not quantized along its output channels";
  }
  return {};
}

std::string WhyNotConvolution(const Graph& graph, const Op& op) {
  if (op.kind != OpKind::kFullyConnected) {
    return fmt::format("{} is no fully connected layer", OpName(op));
  }
  if (auto why_not = WhyNotSplit(graph, op); !why_not.empty()) return why_not;
  const Tensor& input = graph.tensors[op.inputs[0]];
  const Tensor& weights = graph.tensors[op.inputs[1]];
  const Tensor& output = graph.tensors[op.outputs[0]];
  if (NumElements(input.shape) != weights.shape[1] ||
      NumElements(output.shape) != weights.shape[0]) {
    return "it takes several vectors at once";
  }
  for (const Tensor* tensor : {&input, &weights, &output}) {
    if (tensor->quantization.scale.size() != 1 ||
        tensor->quantization.zero_point.size() != 1) {
      return fmt::format("tensor '{}' does not have one scale", tensor->name);
    }
  }
  if (weights.type == DataType::kInt8 &&
      weights.quantization.zero_point[0] != 0) {
    return "its weights are not quantized around zero";
  }
  if (!ExactConvScales({input.quantization.scale[0],
                        weights.quantization.scale[0],
                        output.quantization.scale[0]})) {
    return "no convolution near its scales rounds in the same way";
  }
  return {};
}

int NumSplittable(const Graph& graph, const Op& op) {
  if (op.kind == OpKind::kDepthwiseConv2d) {
    return graph.tensors[op.inputs[0]].shape[3];
  }
  return graph.tensors[op.inputs[1]].shape[0];
}

std::vector<int> PartBounds(int channels, int parts) {
  int unit = 64;
  while (unit > 1 && (channels + unit - 1) / unit < parts) unit /= 4;
  const int units = (channels + unit - 1) / unit;
  std::vector<int> bounds;
  for (int part = 0; part <= parts; ++part) {
    // The larger parts come first, so that the last one, which may end within
    // a unit, is not empty.
    const int before = units / parts * part + std::min(part, units % parts);
    bounds.push_back(std::min(channels, before * unit));
  }
  return bounds;
}

}  // namespace coralline
