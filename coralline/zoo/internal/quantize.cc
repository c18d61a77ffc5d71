#include "coralline/zoo/internal/quantize.h"

#include <algorithm>
#include <cmath>

namespace coralline::internal {
namespace {

// Values beyond so many deviations are cut off.
constexpr float kReach = 4;

int Lowest(DataType type) { return type == DataType::kInt8 ? -128 : 0; }

// Real values that a quantization can express.
struct Range {
  float low = 0;
  float high = 0;
};

Range RangeOf(DataType type, const Quantization& quantization) {
  const float scale = quantization.scale[0];
  const auto low =
      static_cast<float>(Lowest(type) - quantization.zero_point[0]);
  return {scale * low, scale * (low + 255)};
}

Quantization QuantizeRange(DataType type, const Range& range) {
  const float scale = (range.high - range.low) / 255;
  return {.scale = {scale},
          .zero_point = {Lowest(type) - std::lround(range.low / scale)}};
}

}  // namespace

float DeviationBefore(Activation activation) {
  return activation == Activation::kRelu6 ? 2 : 1;
}

float DeviationBehind(Activation activation, float deviation) {
  constexpr float kHalf = 0.58F;  // of a normal distribution above zero
  return activation == Activation::kNone ? deviation : kHalf * deviation;
}

float RootMeanSquare(DataType type, const Quantization& quantization,
                     float deviation) {
  constexpr float kOfHalf = 1.21F;  // of a normal distribution above zero
  const bool is_half = quantization.zero_point[0] == Lowest(type);
  return is_half ? kOfHalf * deviation : deviation;
}

Quantization QuantizeSigned(DataType type, float limit) {
  return {.scale = {2 * limit / 255}, .zero_point = {Lowest(type) + 128}};
}

Quantization QuantizeActivated(DataType type, Activation activation,
                               float deviation) {
  switch (activation) {
    case Activation::kNone:
      return QuantizeSigned(type, kReach * deviation);
    case Activation::kRelu:
      return {.scale = {kReach * deviation / 255},
              .zero_point = {Lowest(type)}};
    case Activation::kRelu6:
      return {.scale = {6.0F / 255}, .zero_point = {Lowest(type)}};
  }
  return {};
}

Quantization QuantizeWeights(DataType type, float scale, int channels) {
  const std::int64_t zero = type == DataType::kInt8 ? 0 : 128;
  if (channels == 0) return {.scale = {scale}, .zero_point = {zero}};
  constexpr float kGoldenRatio = 0.618034F;  // its multiples spread evenly
  Quantization quantization;
  for (int i = 0; i < channels; ++i) {
    const float turns = kGoldenRatio * static_cast<float>(i);
    quantization.scale.push_back(scale *
                                 (0.75F + (turns - std::floor(turns)) / 2));
    quantization.zero_point.push_back(zero);
  }
  return quantization;
}

Quantization ScaleOfBias(const Quantization& weights, float input_scale) {
  Quantization bias = weights;
  bias.dimension = 0;
  for (float& scale : bias.scale) scale *= input_scale;
  std::ranges::fill(bias.zero_point, 0);
  return bias;
}

Quantization CommonQuantization(DataType type,
                                std::span<const Quantization> quantizations) {
  Range all;
  for (const Quantization& quantization : quantizations) {
    const Range range = RangeOf(type, quantization);
    all = {std::min(all.low, range.low), std::max(all.high, range.high)};
  }
  const float tolerance = 0.02F * (all.high - all.low);
  for (const Quantization& quantization : quantizations) {
    const Range range = RangeOf(type, quantization);
    if (range.low <= all.low + tolerance &&
        range.high >= all.high - tolerance) {
      return quantization;
    }
  }
  return QuantizeRange(type, all);
}

bool ChoosesScale(OpKind kind) {
  switch (kind) {
    case OpKind::kConv2d:
    case OpKind::kDepthwiseConv2d:
    case OpKind::kTransposeConv:
    case OpKind::kFullyConnected:
    case OpKind::kAdd:
    case OpKind::kMul:
      return true;
    default:
      return false;
  }
}

}  // namespace coralline::internal
