#pragma once

#include <vector>

#include "coralline/zoo/internal/net.h"

namespace coralline::internal {

/// EfficientNet-Lite0 from its input to the last of its seven stages: the map
/// that each gives.
std::vector<Value> AddEfficientNetLite0(Net& net, int size);

}  // namespace coralline::internal
