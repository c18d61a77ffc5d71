#pragma once

#include <span>
#include <vector>

#include "coralline/sim/segment_cost.h"

namespace coralline {

/// The simulated cost of every segment of consecutive ops on one device, for
/// planners that compare many. The same numbers as CostOf, from sums that grow
/// with the segment instead of one walk over the graph for each.
///
/// Time grows with the cube of the number of ops in the worst case, where most
/// segments are near the capacity; memory with the square: 3 MiB for 209 ops.
class ConsecutiveCosts {
 public:
  /// Requires `layers` from MakeLayers for the same graph and spec, and ops in
  /// execution order, as every Graph has them. Keeps none of its arguments.
  ConsecutiveCosts(const Graph& graph, std::span<const Layer> layers,
                   const DeviceSpec& spec);

  /// The ops [begin, end), as CostOf gives it but for what is listed by layer:
  /// `layers` and `placement.is_cached` are empty. Requires
  /// 0 <= begin < end <= num_ops().
  const SegmentCost& At(int begin, int end) const;

  int num_ops() const { return num_ops_; }

 private:
  int num_ops_ = 0;
  std::vector<SegmentCost> costs_;  // by begin, then end
};

}  // namespace coralline
