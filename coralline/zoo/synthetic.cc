#include "coralline/zoo/synthetic.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <random>

#include "coralline/base/error.h"
#include "coralline/tflite/model_builder.h"

namespace coralline {
namespace {

constexpr float kInputScale = 0.05F;
// ReLU outputs use the whole range for values from 0 to 12.75.
constexpr float kActivationScale = 0.05F;
constexpr std::int64_t kReluZeroPoint = -128;
// Before tanh, which is flat beyond +-3.
constexpr float kBeforeTanhScale = 0.03F;
constexpr float kTanhScale = 1.0F / 128;  // required by the TANH op
// Standard deviation of the uniform weights -127 .. 127.
constexpr float kWeightDeviation = 73.3F;

std::vector<std::byte> RandomWeights(std::int64_t count,
                                     std::mt19937_64& random) {
  std::vector<std::byte> weights(static_cast<std::size_t>(count));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    bits = i % 8 == 0 ? random() : bits >> 8;
    const auto value = static_cast<std::int8_t>(bits & 0xff);
    weights[i] = static_cast<std::byte>(value == -128 ? 0 : value);
  }
  return weights;
}

// Biases of about a tenth of the layer's spread, in units of the accumulator.
std::vector<std::int32_t> RandomBiases(int count, int fan_in,
                                       std::mt19937_64& random) {
  const auto limit = static_cast<std::uint64_t>(
      10 * kWeightDeviation * std::sqrt(static_cast<float>(fan_in)));
  std::vector<std::int32_t> biases(static_cast<std::size_t>(count));
  for (auto& bias : biases) {
    bias = static_cast<std::int32_t>(random() % (2 * limit + 1)) -
           static_cast<std::int32_t>(limit);
  }
  return biases;
}

// One activation on its way through the layers.
struct Value {
  int tensor;
  float scale;
};

// Keeps the spread of what passes through. ReLU loses half of the variance;
// tanh needs values of about one in front of it, so the wide input is damped.
constexpr float kReluGain = 2;
constexpr float kTanhGain = 3;
constexpr float kTanhInputGain = 0.15F;

float WeightScale(int fan_in, float gain) {
  return std::sqrt(gain / static_cast<float>(fan_in)) / kWeightDeviation;
}

Quantization PerTensor(float scale, std::int64_t zero_point) {
  return {.scale = {scale}, .zero_point = {zero_point}};
}

Quantization PerChannel(float scale, int channels) {
  return {.scale = std::vector<float>(channels, scale),
          .zero_point = std::vector<std::int64_t>(channels, 0)};
}

// Weights, bias and result of one layer, whose op the caller adds.
struct Layer {
  std::string name;
  std::vector<int> weight_shape;  // output channels first
  std::vector<int> output_shape;
  float gain;
  bool per_channel;
  Quantization output;
};

class NetBuilder {
 public:
  NetBuilder(std::int64_t bytes, std::uint64_t seed)
      : builder_(static_cast<std::size_t>(bytes + bytes / 64 + 65536)),
        random_(seed) {}

  Value Input(const std::vector<int>& shape) {
    const int tensor =
        builder_.AddInput({.name = "input",
                           .type = DataType::kInt8,
                           .shape = shape,
                           .quantization = PerTensor(kInputScale, 0)});
    return {tensor, kInputScale};
  }

  Value AddLayer(const Layer& layer, const Value& input, OpKind kind,
                 int version, const OpOptions& options) {
    const int channels = layer.weight_shape[0];
    const std::int64_t count = NumElements(layer.weight_shape).value();
    const int fan_in = static_cast<int>(count / channels);
    const float scale = WeightScale(fan_in, layer.gain);
    const auto quantize = [&](float value) {
      return layer.per_channel ? PerChannel(value, channels)
                               : PerTensor(value, 0);
    };
    const int weights = builder_.AddConstant({.name = layer.name + "/weights",
                                              .type = DataType::kInt8,
                                              .shape = layer.weight_shape,
                                              .quantization = quantize(scale)},
                                             RandomWeights(count, random_));
    const auto biases = RandomBiases(channels, fan_in, random_);
    const int bias =
        builder_.AddConstant({.name = layer.name + "/bias",
                              .type = DataType::kInt32,
                              .shape = {channels},
                              .quantization = quantize(scale * input.scale)},
                             std::as_bytes(std::span(biases)));
    const int output = builder_.AddActivation({.name = layer.name + "/output",
                                               .type = DataType::kInt8,
                                               .shape = layer.output_shape,
                                               .quantization = layer.output});
    builder_.AddOp({.kind = kind,
                    .version = version,
                    .inputs = {input.tensor, weights, bias},
                    .outputs = {output}},
                   options);
    return {output, layer.output.scale[0]};
  }

  Value AddTanh(const std::string& name, const Value& input,
                const std::vector<int>& shape) {
    const int output =
        builder_.AddActivation({.name = name,
                                .type = DataType::kInt8,
                                .shape = shape,
                                .quantization = PerTensor(kTanhScale, 0)});
    builder_.AddOp({.kind = OpKind::kTanh,
                    .version = 2,
                    .inputs = {input.tensor},
                    .outputs = {output}});
    return {output, kTanhScale};
  }

  Model Finish(const Value& output, const std::string& name) {
    builder_.SetOutputs({output.tensor});
    return builder_.Build(name);
  }

 private:
  ModelBuilder builder_;
  std::mt19937_64 random_;
};

void CheckAtLeast(int value, int minimum, std::string_view name) {
  if (value >= minimum) return;
  throw Error(ErrorKind::kUsage, fmt::format("{} {} is too small; at least {}",
                                             name, value, minimum));
}

void CheckTensorBytes(double bytes, std::string_view what) {
  constexpr double kLimit = std::numeric_limits<std::int32_t>::max();
  if (bytes <= kLimit) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} take {:.1f} GB; a TFLite model holds less than "
                          "2 GB in all",
                          what, bytes / 1e9));
}

}  // namespace

Model GenerateFullyConnected(const FullyConnectedNet& net) {
  CheckAtLeast(net.width, 1, "width");
  CheckAtLeast(net.layers, 2, "number of layers");
  CheckAtLeast(net.input, 1, "input");
  CheckAtLeast(net.output, 1, "output");
  const double width = net.width;
  const double bytes =
      width * (net.input + net.output + (net.layers - 2) * width);
  CheckTensorBytes(bytes, "the weights");
  NetBuilder builder(static_cast<std::int64_t>(bytes), net.seed);
  const bool tanh = net.activation == HiddenActivation::kTanh;
  Value value = builder.Input({1, net.input});
  int fan_in = net.input;
  for (int i = 1; i <= net.layers; ++i) {
    const bool is_last = i == net.layers;
    const int units = is_last ? net.output : net.width;
    const bool relu = !tanh && !is_last;
    const std::string name = fmt::format("dense_{}", i);
    const float gain = !tanh ? kReluGain : i == 1 ? kTanhInputGain : kTanhGain;
    value = builder.AddLayer(
        {.name = name,
         .weight_shape = {units, fan_in},
         .output_shape = {1, units},
         .gain = gain,
         .per_channel = false,
         .output = PerTensor(tanh ? kBeforeTanhScale : kActivationScale,
                             relu ? kReluZeroPoint : 0)},
        value, OpKind::kFullyConnected, 4,
        FullyConnectedOptions{relu ? Activation::kRelu : Activation::kNone});
    if (tanh && !is_last) {
      value = builder.AddTanh(name + "/tanh", value, {1, units});
    }
    fan_in = units;
  }
  return builder.Finish(value, fmt::format("fc_{}", net.width));
}

Model GenerateConv(const ConvNet& net) {
  CheckAtLeast(net.width, 1, "width");
  CheckAtLeast(net.layers, 1, "number of layers");
  CheckAtLeast(net.size, 1, "size");
  CheckAtLeast(net.channels, 1, "number of channels");
  const double width = net.width;
  const double bytes = 9 * width * (net.channels + (net.layers - 1) * width);
  CheckTensorBytes(bytes, "the weights");
  CheckTensorBytes(width * net.size * net.size, "the values of a layer");
  NetBuilder builder(static_cast<std::int64_t>(bytes), net.seed);
  Value value = builder.Input({1, net.size, net.size, net.channels});
  int channels = net.channels;
  for (int i = 1; i <= net.layers; ++i) {
    value = builder.AddLayer(
        {.name = fmt::format("conv_{}", i),
         .weight_shape = {net.width, 3, 3, channels},
         .output_shape = {1, net.size, net.size, net.width},
         .gain = kReluGain,
         .per_channel = true,
         .output = PerTensor(kActivationScale, kReluZeroPoint)},
        value, OpKind::kConv2d, 3,
        Conv2dOptions{.activation = Activation::kRelu});
    channels = net.width;
  }
  return builder.Finish(value, fmt::format("conv_{}", net.width));
}

}  // namespace coralline
