#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/plan/problem.h"

namespace coralline {

struct LatencyBounds {
  std::chrono::nanoseconds lower{0};
  std::chrono::nanoseconds upper{0};
};

/// The flags of libcoral's partition_with_profiling, with its defaults.
struct LibcoralOptions {
  /// The bisection ends where its bounds are no further apart. Above 0.
  std::chrono::nanoseconds diff_threshold{1'000'000};
  /// By so many ops a segment is shortened at a time. At least 1.
  int partition_search_step = 1;
  /// Where the bisection begins; absent: the fastest and the slowest segment
  /// of CompilerSegments.
  std::optional<LatencyBounds> initial_bounds;
};

struct LibcoralResult {
  enum class Outcome {
    kFound,
    kNotRun,  ///< the first bounds are within the threshold
    /// Libcoral fails: it came by no cut below the first upper bound (that of
    /// CompilerSegments may be the best), or one of them does not run.
    kNoneFound,
  };
  Outcome outcome = Outcome::kNoneFound;
  /// CompilerSegments where it was not run, as libcoral then writes nothing;
  /// empty where none was found.
  std::vector<Segment> segments;
  /// Target latencies that the bisection tried.
  int targets = 0;
  /// Lengths tried for one segment or another, over all targets.
  std::int64_t probes = 0;
  /// Distinct segments whose latency that took. Libcoral compiles each and runs
  /// it on a device, beside others that only fill up the pipeline.
  std::int64_t segments_measured = 0;

  bool operator==(const LibcoralResult&) const = default;
};

/// Balances the latencies of segments, StageCost::busy on device class 0, as
/// libcoral's ProfilingBasedPartitioner does with measured ones: it bisects for
/// the lowest target that segments, runs of CompilerOrder, can meet. Each takes
/// as many ops as the target allows, fewer where those behind it then find no
/// cut; the last takes the rest. A segment without a cost is one that does not
/// compile.
///
/// Not exact: it takes for granted that a target can be met if a lower one can,
/// and stops within the threshold.
///
/// Throws as CompilerSegments does where that is needed: for the first bounds,
/// or because it is not run. Requires an op, and num_segments >= 1. `probes` is
/// at most num_segments * num_ops^2 a target, as what failed is remembered.
LibcoralResult LibcoralSegments(const Graph& graph, SegmentCosts& costs,
                                int num_segments,
                                const LibcoralOptions& options = {});

}  // namespace coralline
