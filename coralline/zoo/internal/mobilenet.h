#pragma once

#include "coralline/zoo/internal/net.h"
#include "coralline/zoo/networks.h"

namespace coralline::internal {

/// What detectors take from MobileNet v2.
struct MobileNetV2Maps {
  Value expanded;  ///< a 16th of the input's size, inside the last wide stride
  Value last;      ///< a 32nd
};

/// From its input to the last map, by size and width of the options.
MobileNetV2Maps AddMobileNetV2(Net& net, const NetworkOptions& options);

}  // namespace coralline::internal
