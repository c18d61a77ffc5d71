#include "coralline/rewrite/conv_scales.h"

#include <cmath>
#include <limits>

namespace coralline {
namespace {

// Many more than needed: one in some hundred fits.
constexpr int kMostSteps = 4096;

float Product(const LayerScales& scales) {
  return scales.input * scales.weights;
}

FixedPointFactor FullyConnectedFactor(const LayerScales& scales) {
  return FixedPoint(static_cast<double>(Product(scales)) / scales.output);
}

FixedPointFactor ConvFactor(const LayerScales& scales) {
  return FixedPoint(static_cast<double>(scales.input) * scales.weights /
                    scales.output);
}

bool IsUsable(float scale) { return std::isfinite(scale) && scale > 0; }

}  // namespace

FixedPointFactor FixedPoint(double factor) {
  constexpr std::int64_t kOne = std::int64_t{1} << 31;
  constexpr int kSmallestShift = -31;
  if (!(factor > 0)) return {};
  FixedPointFactor fixed;
  const double fraction = std::frexp(factor, &fixed.shift);
  std::int64_t multiplier = std::llround(fraction * static_cast<double>(kOne));
  if (multiplier == kOne) {
    multiplier /= 2;
    ++fixed.shift;
  }
  if (fixed.shift < kSmallestShift) return {};
  fixed.multiplier = static_cast<std::int32_t>(multiplier);
  return fixed;
}

std::optional<LayerScales> ExactConvScales(const LayerScales& layer) {
  if (!IsUsable(layer.input) || !IsUsable(layer.weights) ||
      !IsUsable(layer.output) || !IsUsable(Product(layer))) {
    return std::nullopt;
  }
  const FixedPointFactor factor = FullyConnectedFactor(layer);
  LayerScales tried = layer;
  for (int step = 0; step < kMostSteps; ++step) {
    if (ConvFactor(tried) == factor && Product(tried) == Product(layer)) {
      return tried;
    }
    tried.input =
        std::nextafter(tried.input, std::numeric_limits<float>::infinity());
    tried.weights =
        static_cast<float>(static_cast<double>(Product(layer)) / tried.input);
  }
  return std::nullopt;
}

}  // namespace coralline
