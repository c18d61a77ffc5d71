#pragma once

#include <memory>
#include <span>

#include "coralline/sim/segment_cost.h"

namespace coralline {

/// One segment on one device that ops are pushed to and popped from, for
/// searches that cost very many segments, each a few ops from the one before.
/// The same numbers as CostOf.
///
/// Push and Pop take tens of nanoseconds, and so does Cost where all parameters
/// surely fit; packing those that may not takes microseconds. Not for several
/// threads at once: each may have its own.
class GrowingSegment {
 public:
  /// Empty. Requires `layers` from MakeLayers for the same graph and spec.
  /// Keeps none of its arguments.
  GrowingSegment(const Graph& graph, std::span<const Layer> layers,
                 const DeviceSpec& spec);
  ~GrowingSegment();
  GrowingSegment(GrowingSegment&& other) noexcept;
  GrowingSegment& operator=(GrowingSegment&& other) noexcept;

  /// Requires an op that is not in the segment, and whose outputs no op in the
  /// segment reads: what it needs was pushed before, or stays outside.
  void Push(int op);
  /// Takes away what was pushed last. Requires an op.
  void Pop();
  void Clear();

  /// As they were pushed.
  std::span<const int> ops() const;

  /// As CostOf gives it, but for what is listed by layer: `layers` and
  /// `placement.is_cached` are empty, `placement.remaining_bytes` is 0. Times
  /// of layers add up in another order, so compute_ms and streaming_ms may
  /// differ by rounding.
  SegmentCost Cost();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coralline
