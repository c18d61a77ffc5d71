#pragma once

#include <vector>

#include "coralline/graph/segment.h"

namespace coralline {

/// A segment, and the devices that serve it.
struct PlacedStage {
  Segment segment;
  std::vector<int> devices;

  bool operator==(const PlacedStage&) const = default;
};

}  // namespace coralline
