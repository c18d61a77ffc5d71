#include "coralline/zoo/internal/net.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "coralline/base/error.h"
#include "coralline/zoo/internal/quantize.h"

namespace coralline::internal {

// The window of a convolution or a pool on its way over a map.
struct Net::Window {
  Extent kernel;
  Extent stride;
  Padding padding;
  int dilation = 1;
};

// Weights and bias of a layer.
struct Net::Weights {
  std::vector<int> shape;
  int channels_at = 0;  // dimension of the output channels
  float fan_in = 0;     // products that one output sums up
  bool per_channel = true;
  Norm norm = Norm::kBias;
  float deviation = 1;  // of what comes out, before the activation
};

namespace {

int Slid(int size, int kernel, int stride, Padding padding, int dilation) {
  if (padding == Padding::kSame) return (size + stride - 1) / stride;
  const int reach = (kernel - 1) * dilation + 1;
  return size < reach ? 0 : (size - reach) / stride + 1;
}

// Points of the kernel that lie on the map and not on the padding around it,
// on average.
float PointsInside(int size, int kernel, int stride, Padding padding,
                   int dilation) {
  const int output = Slid(size, kernel, stride, padding, dilation);
  const int reach = (kernel - 1) * dilation + 1;
  const int missing = std::max(0, (output - 1) * stride + reach - size);
  int points = 0;
  for (int i = 0; i < output; ++i) {
    for (int k = 0; k < kernel; ++k) {
      const int at = i * stride + k * dilation - missing / 2;
      points += at >= 0 && at < size ? 1 : 0;
    }
  }
  return static_cast<float>(points) / static_cast<float>(output);
}

// Behind a pool, as measured in Inceptions: neighbours are alike in part.
float DeviationBehind(OpKind kind, const Pool& pool, float deviation) {
  if (pool.kernel.h * pool.kernel.w == 1) return deviation;
  return deviation * (kind == OpKind::kMaxPool2d ? 1.1F : 0.7F);
}

template <typename T>
std::vector<std::byte> BytesOf(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Net::Net(std::string title, DataType type)
    : title_(std::move(title)), type_(type) {}

void Net::Fail(const std::string& name, const std::string& why) const {
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: layer '{}' {}", title_, name, why));
}

std::string Net::NextName(const std::string& kind) {
  const int number = ++next_[kind];
  const std::string name = fmt::format("{}_{}", kind, number);
  return scope_.empty() ? name : scope_ + "/" + name;
}

Extent Net::MapOf(const Value& value) const {
  const auto& shape = TensorOf(value).shape;
  return shape.size() == 4 ? Extent(shape[1], shape[2]) : Extent(1);
}

void Net::CheckBytes(const Tensor& tensor) const {
  constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max();
  const auto bytes = NumBytes(tensor);
  if (!bytes || *bytes > kLimit) {
    Fail(tensor.name, fmt::format("has a tensor {} of 2 GB or more; use a "
                                  "smaller size or fewer classes",
                                  FormatShape(tensor.shape)));
  }
}

int Net::AddTensor(const Tensor& tensor) {
  CheckBytes(tensor);
  graph_.tensors.push_back(tensor);
  return static_cast<int>(graph_.tensors.size()) - 1;
}

int Net::AddLiteral(Tensor tensor, std::vector<std::byte> data) {
  tensor.constant_bytes = static_cast<std::int64_t>(data.size());
  const int index = AddTensor(tensor);
  fillings_.push_back({.tensor = index, .literal = std::move(data)});
  return index;
}

int Net::AddConstant(std::string name, const std::vector<std::int32_t>& shape,
                     const std::vector<std::int32_t>& values) {
  return AddLiteral(
      {.name = std::move(name), .type = DataType::kInt32, .shape = shape},
      BytesOf(values));
}

int Net::AddConstant(std::string name, const std::vector<std::int32_t>& shape,
                     const std::vector<float>& values) {
  return AddLiteral(
      {.name = std::move(name), .type = DataType::kFloat32, .shape = shape},
      BytesOf(values));
}

Value Net::AddOp(OpKind kind, int version, const std::vector<int>& inputs,
                 const Tensor& output, float deviation,
                 const OpOptions& options) {
  const int index = AddTensor(output);
  graph_.ops.push_back(
      {.kind = kind, .version = version, .inputs = inputs, .outputs = {index}});
  options_.push_back(options);
  return {index, deviation};
}

Value Net::Input(Extent size, int channels) {
  const int index = AddTensor({.name = "input",
                               .type = type_,
                               .shape = {1, size.h, size.w, channels},
                               .quantization = QuantizeSigned(type_, 1)});
  graph_.inputs.push_back(index);
  constexpr float kUniform = 0.58F;  // of values spread evenly from -1 to 1
  return {index, kUniform};
}

void Net::SetOutputs(const std::vector<Value>& outputs) {
  for (const Value& output : outputs) graph_.outputs.push_back(output.tensor);
}

Tensor Net::Activated(std::string name, std::vector<int> shape, float deviation,
                      Activation activation) const {
  return {.name = std::move(name),
          .type = type_,
          .shape = std::move(shape),
          .quantization = QuantizeActivated(type_, activation, deviation)};
}

Tensor Net::Like(const Value& input, std::string name,
                 std::vector<int> shape) const {
  return {.name = std::move(name),
          .type = TensorOf(input).type,
          .shape = std::move(shape),
          .quantization = TensorOf(input).quantization};
}

Extent Net::Slide(const std::string& name, const Value& input,
                  const Window& window) const {
  const auto [h, w] = MapOf(input);
  const Extent output(Slid(h, window.kernel.h, window.stride.h, window.padding,
                           window.dilation),
                      Slid(w, window.kernel.w, window.stride.w, window.padding,
                           window.dilation));
  if (output.h < 1 || output.w < 1) {
    Fail(name, fmt::format("vanishes: its window of {}x{} does not fit the "
                           "{}x{} map in front of it; use a larger size",
                           window.kernel.h, window.kernel.w, h, w));
  }
  return output;
}

float Net::PointsUnder(const Value& input, const Window& window) const {
  const auto [h, w] = MapOf(input);
  return PointsInside(h, window.kernel.h, window.stride.h, window.padding,
                      window.dilation) *
         PointsInside(w, window.kernel.w, window.stride.w, window.padding,
                      window.dilation);
}

void Net::Count(Norm norm, int channels) {
  switch (norm) {
    case Norm::kBatch:
      parameters_ += 4L * channels;
      break;
    case Norm::kBatchNoScale:
      parameters_ += 3L * channels;
      break;
    case Norm::kBatchTrained:
      parameters_ += 2L * channels;
      break;
    case Norm::kBatchWithBias:
      parameters_ += 5L * channels;
      break;
    case Norm::kBias:
      parameters_ += channels;
      break;
    case Norm::kNothing:
      break;
  }
}

// Scales that give the output its deviation; the bias adds a tenth of it.
std::vector<int> Net::AddWeights(const std::string& name, const Value& input,
                                 const Weights& weights) {
  const int channels = weights.shape[weights.channels_at];
  const std::int64_t count = NumElements(weights.shape).value();
  const float scale = weights.deviation / kWeightDeviation /
                      std::sqrt(weights.fan_in) / input.deviation;
  const float input_scale = TensorOf(input).quantization.scale[0];
  const bool per_channel = is_int8() && weights.per_channel;
  Tensor kernel = {.name = name + "/weights",
                   .type = type_,
                   .shape = weights.shape,
                   .constant_bytes = count};
  CheckBytes(kernel);  // before there are as many scales
  kernel.quantization =
      QuantizeWeights(type_, scale, per_channel ? channels : 0);
  kernel.quantization.dimension = per_channel ? weights.channels_at : 0;
  Tensor bias = {.name = name + "/bias",
                 .type = DataType::kInt32,
                 .shape = {channels},
                 .quantization = ScaleOfBias(kernel.quantization, input_scale),
                 .constant_bytes = 4L * channels};
  const auto limit = 0.17F * weights.deviation / (scale * input_scale);
  const bool is_zero = weights.norm == Norm::kNothing;
  const std::vector<int> tensors = {AddTensor(kernel), AddTensor(bias)};
  fillings_.push_back({.tensor = tensors[0], .limit = kWeightLimit});
  fillings_.push_back(
      {.tensor = tensors[1], .limit = is_zero ? 0 : static_cast<int>(limit)});
  Count(weights.norm, channels);
  parameters_ += count;
  return tensors;
}

Value Net::AddConv(const Value& input, const Conv& conv) {
  const std::string name = NextName("conv");
  const int channels = ChannelsOf(input);
  const Window window = {conv.kernel, conv.stride, conv.padding, conv.dilation};
  const auto [h, w] = Slide(name, input, window);
  const float deviation = conv.gain * DeviationBefore(conv.activation);
  const auto weights = AddWeights(
      name, input,
      {.shape = {conv.filters, conv.kernel.h, conv.kernel.w, channels},
       .fan_in = PointsUnder(input, window) * static_cast<float>(channels),
       .norm = conv.norm,
       .deviation = deviation});
  return AddOp(
      OpKind::kConv2d, Version(3), {input.tensor, weights[0], weights[1]},
      Activated(name, {1, h, w, conv.filters}, deviation, conv.activation),
      DeviationBehind(conv.activation, deviation),
      Conv2dOptions{.stride_h = conv.stride.h,
                    .stride_w = conv.stride.w,
                    .padding = conv.padding,
                    .activation = conv.activation,
                    .dilation_h = conv.dilation,
                    .dilation_w = conv.dilation});
}

Value Net::AddDepthwise(const Value& input, const Depthwise& conv) {
  const std::string name = NextName("depthwise");
  const int channels = ChannelsOf(input) * conv.multiplier;
  const Window window = {conv.kernel, conv.stride, conv.padding, conv.dilation};
  const auto [h, w] = Slide(name, input, window);
  const float deviation = DeviationBefore(conv.activation);
  // Channels are not joined, so what they have in common does not cancel out.
  const Value seen = {
      input.tensor,
      RootMeanSquare(type_, TensorOf(input).quantization, input.deviation)};
  const auto weights =
      AddWeights(name, seen,
                 {.shape = {1, conv.kernel.h, conv.kernel.w, channels},
                  .channels_at = 3,
                  .fan_in = PointsUnder(input, window),
                  .norm = conv.norm,
                  .deviation = deviation});
  return AddOp(OpKind::kDepthwiseConv2d, Version(3, conv.dilation > 1 ? 2 : 1),
               {input.tensor, weights[0], weights[1]},
               Activated(name, {1, h, w, channels}, deviation, conv.activation),
               DeviationBehind(conv.activation, deviation),
               DepthwiseConv2dOptions{.stride_h = conv.stride.h,
                                      .stride_w = conv.stride.w,
                                      .padding = conv.padding,
                                      .activation = conv.activation,
                                      .dilation_h = conv.dilation,
                                      .dilation_w = conv.dilation,
                                      .multiplier = conv.multiplier});
}

Value Net::AddTransposeConv(const Value& input, const Conv& conv) {
  const std::string name = NextName("transpose_conv");
  const int channels = ChannelsOf(input);
  const auto [h, w] = MapOf(input);
  const std::vector<int> shape = {1, h * conv.stride.h, w * conv.stride.w,
                                  conv.filters};
  const int fan_in = std::max(1, conv.kernel.h * conv.kernel.w /
                                     (conv.stride.h * conv.stride.w)) *
                     channels;
  const auto weights = AddWeights(
      name, input,
      {.shape = {conv.filters, conv.kernel.h, conv.kernel.w, channels},
       .fan_in = static_cast<float>(fan_in),
       .norm = conv.norm});
  const int output_shape = AddConstant(name + "/shape", {4}, shape);
  const Value output =
      AddOp(OpKind::kTransposeConv, 3,
            {output_shape, weights[0], input.tensor, weights[1]},
            Activated(name, shape, 1, Activation::kNone), 1,
            TransposeConvOptions{.stride_h = conv.stride.h,
                                 .stride_w = conv.stride.w,
                                 .padding = conv.padding});
  return conv.activation == Activation::kNone ? output : AddRelu(output);
}

Value Net::AddDense(const Value& input, int units, Activation activation) {
  const std::string name = NextName("dense");
  const auto fan_in =
      static_cast<int>(NumElements(TensorOf(input).shape).value());
  const float deviation = DeviationBefore(activation);
  const auto weights = AddWeights(name, input,
                                  {.shape = {units, fan_in},
                                   .fan_in = static_cast<float>(fan_in),
                                   .per_channel = false,
                                   .deviation = deviation});
  return AddOp(OpKind::kFullyConnected, Version(4),
               {input.tensor, weights[0], weights[1]},
               Activated(name, {1, units}, deviation, activation),
               DeviationBehind(activation, deviation),
               FullyConnectedOptions{activation});
}

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
