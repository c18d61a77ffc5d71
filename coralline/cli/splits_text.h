#pragma once

#include <string>
#include <vector>

#include "coralline/rewrite/layer_split.h"

namespace coralline::cli {

/// "2 layers in parts: dense_2/output in 4 convolutions, dense_3/output in 4",
/// the first five of them; empty without splits.
std::string SplitsText(const std::vector<LayerSplit>& splits);

/// The same as JSON, as in a plan file.
template <typename Json>
Json SplitsJson(const std::vector<LayerSplit>& splits) {
  Json list = Json::array();
  for (const LayerSplit& split : splits) {
    list.push_back({{"tensor", split.tensor},
                    {"parts", split.parts},
                    {"as_convolution", split.as_convolution}});
  }
  return list;
}

}  // namespace coralline::cli
