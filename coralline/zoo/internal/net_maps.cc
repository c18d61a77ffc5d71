// Ops without weights: what happens to maps between layers, and behind them.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "coralline/zoo/internal/net.h"
#include "coralline/zoo/internal/quantize.h"

namespace coralline::internal {
namespace {

// Behind a pool, as measured in Inceptions: neighbours are alike in part.
float DeviationBehind(OpKind kind, const Pool& pool, float deviation) {
  if (pool.kernel.h * pool.kernel.w == 1) return deviation;
  return deviation * (kind == OpKind::kMaxPool2d ? 1.1F : 0.7F);
}
}  // namespace

Value Net::AddPool(OpKind kind, const Value& input, const Pool& pool) {
  const bool is_maximum = kind == OpKind::kMaxPool2d;
  const std::string name = NextName(is_maximum ? "max_pool" : "average_pool");
  const auto [h, w] =
      Slide(name, input, {pool.kernel, pool.stride, pool.padding});
  return AddOp(kind, Version(2), {input.tensor},
               Like(input, name, {1, h, w, ChannelsOf(input)}),
               DeviationBehind(kind, pool, input.deviation),
               Pool2dOptions{.kernel_h = pool.kernel.h,
                             .kernel_w = pool.kernel.w,
                             .stride_h = pool.stride.h,
                             .stride_w = pool.stride.w,
                             .padding = pool.padding});
}

Value Net::AddMaxPool(const Value& input, const Pool& pool) {
  return AddPool(OpKind::kMaxPool2d, input, pool);
}

Value Net::AddAveragePool(const Value& input, const Pool& pool) {
  return AddPool(OpKind::kAveragePool2d, input, pool);
}

Value Net::AddGlobalMean(const Value& input, bool keep_map) {
  const std::string name = NextName("mean");
  const int channels = ChannelsOf(input);
  const int axes = AddConstant(name + "/axes", {2}, std::vector{1, 2});
  const std::vector<int> shape =
      keep_map ? std::vector{1, 1, 1, channels} : std::vector{1, channels};
  return AddOp(OpKind::kMean, Version(2), {input.tensor, axes},
               Like(input, name, shape), input.deviation / 2,
               ReducerOptions{.keep_dims = keep_map});
}

Value Net::AddSum(const Value& a, const Value& b, Activation activation) {
  const std::string name = NextName("add");
  const auto& shape = TensorOf(a).shape;
  if (shape != TensorOf(b).shape) {
    Fail(name, fmt::format("adds {} to {}; use a size that divides evenly",
                           FormatShape(TensorOf(b).shape), FormatShape(shape)));
  }
  // What is cut off below zero adds less.
  const float share = activation == Activation::kNone ? 1.0F : 0.6F;
  const float deviation = a.tensor == b.tensor
                              ? 2 * a.deviation
                              : std::hypot(a.deviation, share * b.deviation);
  return AddOp(OpKind::kAdd, Version(2), {a.tensor, b.tensor},
               Activated(name, shape, deviation, activation), deviation,
               AddOptions{activation});
}

// A constant with a number for each channel.
int Net::AddFactor(const std::string& name, int channels, float deviation) {
  const int index = AddTensor(
      {.name = name,
       .type = type_,
       .shape = {channels},
       .quantization = QuantizeWeights(type_, deviation / kWeightDeviation, 0),
       .constant_bytes = channels});
  fillings_.push_back({.tensor = index, .limit = kWeightLimit});
  return index;
}

Value Net::AddScaleAndShift(const Value& input, Activation activation,
                            Norm norm) {
  const int channels = ChannelsOf(input);
  const auto shape = TensorOf(input).shape;
  Count(norm, channels);
  const std::string mul = NextName("mul");
  const int scale = AddFactor(mul + "/scale", channels, 1 / input.deviation);
  const Value scaled =
      AddOp(OpKind::kMul, Version(2), {input.tensor, scale},
            Activated(mul, shape, 1, Activation::kNone), 1, MulOptions{});
  const std::string add = NextName("add");
  constexpr float kShift = 0.3F;
  const int shift = AddFactor(add + "/shift", channels, kShift);
  return AddOp(OpKind::kAdd, Version(2), {scaled.tensor, shift},
               Activated(add, shape, 1, activation),
               DeviationBehind(activation, 1), AddOptions{activation});
}

Value Net::AddRelu(const Value& input) {
  const std::string name = NextName("relu");
  return AddOp(OpKind::kRelu, Version(2), {input.tensor},
               Activated(name, TensorOf(input).shape, input.deviation,
                         Activation::kRelu),
               DeviationBehind(Activation::kRelu, input.deviation));
}

Value Net::AddPad(const Value& input, int top, int bottom, int left,
                  int right) {
  const std::string name = NextName("pad");
  const auto [h, w] = MapOf(input);
  const int amounts =
      AddConstant(name + "/amounts", {4, 2},
                  std::vector{0, 0, top, bottom, left, right, 0, 0});
  return AddOp(OpKind::kPad, Version(2), {input.tensor, amounts},
               Like(input, name,
                    {1, h + top + bottom, w + left + right, ChannelsOf(input)}),
               input.deviation);
}

Value Net::AddCrop(const Value& input, int top, int bottom, int left,
                   int right) {
  const std::string name = NextName("crop");
  const auto [h, w] = MapOf(input);
  const int channels = ChannelsOf(input);
  const int begin =
      AddConstant(name + "/begin", {4}, std::vector{0, top, left, 0});
  const int end = AddConstant(name + "/end", {4},
                              std::vector{1, h - bottom, w - right, channels});
  const int strides =
      AddConstant(name + "/strides", {4}, std::vector{1, 1, 1, 1});
  const std::vector<int> shape = {1, h - top - bottom, w - left - right,
                                  channels};
  if (shape[1] < 1 || shape[2] < 1) Fail(name, "vanishes; use a larger size");
  return AddOp(OpKind::kStridedSlice, Version(2),
               {input.tensor, begin, end, strides}, Like(input, name, shape),
               input.deviation, StridedSliceOptions{});
}

Value Net::AddReshape(const Value& input, const std::vector<int>& shape) {
  const std::string name = NextName("reshape");
  const int constant =
      AddConstant(name + "/shape", {static_cast<int>(shape.size())}, shape);
  return AddOp(OpKind::kReshape, 1, {input.tensor, constant},
               Like(input, name, shape), input.deviation);
}

Value Net::AddResize(OpKind kind, const Value& input, Extent size,
                     const OpOptions& options) {
  const std::string name = NextName("resize");
  const int constant =
      AddConstant(name + "/size", {2}, std::vector{size.h, size.w});
  return AddOp(kind, 3, {input.tensor, constant},
               Like(input, name, {1, size.h, size.w, ChannelsOf(input)}),
               input.deviation, options);
}

Value Net::AddResizeNearest(const Value& input, Extent size) {
  return AddResize(OpKind::kResizeNearestNeighbor, input, size,
                   ResizeNearestNeighborOptions{.half_pixel_centers = true});
}

Value Net::AddResizeBilinear(const Value& input, Extent size) {
  return AddResize(OpKind::kResizeBilinear, input, size,
                   ResizeBilinearOptions{.half_pixel_centers = true});
}

// As converters do, whoever can give another scale does; a QUANTIZE stands in
// for the others.
Value Net::Requantize(const Value& input, const Quantization& quantization) {
  if (TensorOf(input).quantization == quantization) return input;
  const auto is_used = std::ranges::any_of(graph_.ops, [&](const Op& op) {
    return std::ranges::count(op.inputs, input.tensor) > 0;
  });
  const auto producer = std::ranges::find_if(
      graph_.ops, [&](const Op& op) { return op.outputs[0] == input.tensor; });
  if (!is_used && producer != graph_.ops.end() &&
      ChoosesScale(producer->kind)) {
    graph_.tensors[input.tensor].quantization = quantization;
    return input;
  }
  const std::string name = NextName("quantize");
  Tensor output = Like(input, name, TensorOf(input).shape);
  output.quantization = quantization;
  return AddOp(OpKind::kQuantize, Version(2), {input.tensor}, output,
               input.deviation);
}

Value Net::AddConcat(const std::vector<Value>& inputs, int axis) {
  const std::string name = NextName("concat");
  std::vector<int> shape = TensorOf(inputs[0]).shape;
  if (axis < 0) axis += static_cast<int>(shape.size());
  std::vector<Quantization> quantizations;
  float deviation = 0;
  shape[axis] = 0;
  for (const Value& input : inputs) {
    std::vector<int> other = TensorOf(input).shape;
    shape[axis] += std::exchange(other[axis], shape[axis]);
    other[axis] = shape[axis];
    if (other != shape) {
      Fail(name, fmt::format("joins a map of {} to others of {}; use a size "
                             "that divides evenly",
                             FormatShape(TensorOf(input).shape),
                             FormatShape(TensorOf(inputs[0]).shape)));
    }
    quantizations.push_back(TensorOf(input).quantization);
    deviation = std::max(deviation, input.deviation);
  }
  const Quantization common = CommonQuantization(type_, quantizations);
  std::vector<int> tensors;
  for (const Value& input : inputs) {
    tensors.push_back(Requantize(input, common).tensor);
  }
  Tensor output = Like(inputs[0], name, shape);
  output.quantization = common;
  return AddOp(OpKind::kConcatenation, Version(2), tensors, output, deviation,
               ConcatenationOptions{axis});
}

Tensor Net::Probabilities(std::string name, std::vector<int> shape) const {
  return {.name = std::move(name),
          .type = type_,
          .shape = std::move(shape),
          .quantization = {.scale = {1.0F / 256},
                           .zero_point = {is_int8() ? -128 : 0}}};
}

Value Net::AddSoftmax(const Value& input) {
  return AddOp(OpKind::kSoftmax, Version(2), {input.tensor},
               Probabilities(NextName("softmax"), TensorOf(input).shape), 1,
               SoftmaxOptions{});
}

Value Net::AddLogistic(const Value& input) {
  return AddOp(OpKind::kLogistic, Version(2), {input.tensor},
               Probabilities(NextName("logistic"), TensorOf(input).shape), 1);
}

Value Net::AddDequantize(const Value& input) {
  return AddOp(OpKind::kDequantize, Version(2), {input.tensor},
               {.name = NextName("dequantize"),
                .type = DataType::kFloat32,
                .shape = TensorOf(input).shape},
               input.deviation);
}

}  // namespace coralline::internal
