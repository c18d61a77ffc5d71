#include "coralline/sim/consecutive_costs.h"

#include "coralline/base/check.h"
#include "coralline/sim/growing_segment.h"

namespace coralline {

ConsecutiveCosts::ConsecutiveCosts(const Graph& graph,
                                   std::span<const Layer> layers,
                                   const DeviceSpec& spec)
    : num_ops_(graph.num_ops()) {
  costs_.reserve(layers.size() * (layers.size() + 1) / 2);
  GrowingSegment segment(graph, layers, spec);
  for (int begin = 0; begin < num_ops_; ++begin) {
    segment.Clear();
    for (int op = begin; op < num_ops_; ++op) {
      segment.Push(op);
      costs_.push_back(segment.Cost());
    }
  }
}

const SegmentCost& ConsecutiveCosts::At(int begin, int end) const {
  CORALLINE_CHECK(0 <= begin && begin < end && end <= num_ops_);
  const auto b = static_cast<std::size_t>(begin);
  const auto n = static_cast<std::size_t>(num_ops_);
  // Row b begins behind rows of n, n - 1, ..., n - b + 1 segments.
  return costs_[b * (2 * n - b + 1) / 2 + static_cast<std::size_t>(end) - 1 -
                b];
}

}  // namespace coralline
