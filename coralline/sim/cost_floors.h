#pragma once

#include <span>
#include <vector>

#include "coralline/sim/segment_cost.h"

namespace coralline {

/// What no segment of the graph is faster than: its warm_ms() is at least
/// stage_ms and the sum of op_ms of its ops.
struct SegmentFloors {
  double stage_ms = 0;
  std::vector<double> op_ms;
};

/// An op pays for its own work and for what its segment cannot avoid because of
/// it: inputs of the model (the first op that reads one), outputs of the model,
/// and parameters that no chip keeps. Tensors between ops are left out.
///
/// Lower by 1e-9 of themselves than the formulas say, so that rounding makes no
/// floor too high. Requires `layers` from MakeLayers for the same graph.
SegmentFloors FloorsOf(const Graph& graph, std::span<const Layer> layers,
                       const DeviceSpec& spec);

/// What at most `num_segments` segments that hold each layer once stream
/// together beyond their SegmentFloors, because their chips have no room for
/// all parameters: the bytes left over where those that take longest to stream
/// for their size are kept, and cut as they fit. Rounded down as above.
double StreamingFloorMs(std::span<const Layer> layers, const DeviceSpec& spec,
                        int num_segments);

}  // namespace coralline
