#pragma once

#include <cmath>
#include <cstdint>

#include "coralline/zoo/synthetic.h"

namespace coralline {

/// A fully connected net with so many KiB of weights, nearly all of them in
/// four layers of the same size.
inline Model DenseNet(std::int64_t kib) {
  constexpr int kLayers = 6;
  const double per_layer = static_cast<double>(kib) * 1024 / (kLayers - 2);
  return GenerateFullyConnected(
      {.width = static_cast<int>(std::sqrt(per_layer)), .layers = kLayers});
}

}  // namespace coralline
