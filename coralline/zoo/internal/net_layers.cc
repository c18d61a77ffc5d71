// Layers that have weights, and the windows that slide over maps.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "coralline/zoo/internal/net.h"
#include "coralline/zoo/internal/quantize.h"

namespace coralline::internal {
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
// Whether the weights hold a batch normalization.
bool IsFolded(Norm norm) {
  return norm != Norm::kBias && norm != Norm::kNothing;
}
}  // namespace

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

// Scales that give the output its deviation.
int Net::AddKernel(const std::string& name, const Value& input,
                   const Weights& weights) {
  const std::int64_t count = NumElements(weights.shape).value();
  const auto known = shared_.find(weights.shared);
  const bool is_known = known != shared_.end();
  if (is_known && !IsFolded(weights.norm)) return known->second;
  if (!is_known) parameters_ += count;
  const float scale = weights.deviation / kWeightDeviation /
                      std::sqrt(weights.fan_in) / input.deviation;
  const bool per_channel = is_int8() && weights.per_channel;
  Tensor kernel = {.name = name + "/weights",
                   .type = type_,
                   .shape = weights.shape,
                   .constant_bytes = count};
  CheckBytes(kernel);  // before there are as many scales
  const int channels = weights.shape[weights.channels_at];
  kernel.quantization =
      QuantizeWeights(type_, scale, per_channel ? channels : 0);
  kernel.quantization.dimension = per_channel ? weights.channels_at : 0;
  const int index = AddTensor(kernel);
  fillings_.push_back({.tensor = index, .limit = kWeightLimit});
  if (!weights.shared.empty()) shared_[weights.shared] = index;
  return index;
}

// The bias adds a tenth of the output's deviation.
std::vector<int> Net::AddWeights(const std::string& name, const Value& input,
                                 const Weights& weights) {
  const int channels = weights.shape[weights.channels_at];
  const bool counts =
      IsFolded(weights.norm) || shared_.count(weights.shared) == 0;
  if (counts) Count(weights.norm, channels);
  const int kernel = AddKernel(name, input, weights);
  const Tensor bias = {
      .name = name + "/bias",
      .type = DataType::kInt32,
      .shape = {channels},
      .quantization = ScaleOfBias(graph_.tensors[kernel].quantization,
                                  TensorOf(input).quantization.scale[0]),
      .constant_bytes = 4L * channels};
  const auto& scales = bias.quantization.scale;
  const float scale = *std::ranges::max_element(scales);
  const bool is_zero = weights.norm == Norm::kNothing;
  const float limit = is_zero ? 0 : 0.21F * weights.deviation / scale;
  const int index = AddTensor(bias);
  fillings_.push_back({.tensor = index, .limit = static_cast<int>(limit)});
  return {kernel, index};
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
       .deviation = deviation,
       .shared = conv.shared});
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
                  .deviation = deviation,
                  .shared = conv.shared});
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
}  // namespace coralline::internal
