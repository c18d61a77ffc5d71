#include "coralline/plan/libcoral_partitioner.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/internal/execution_order.h"
#include "coralline/plan/internal/order_costs.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using Outcome = LibcoralResult::Outcome;

// The inner search: cuts whose segments but the last meet a target.
//
// A state that failed is not entered again. What follows it depends on nothing
// but the state and the target, so the same cut is found with fewer probes; the
// original tries again, with latencies that it remembers.
//
// In the original the loop that resets the segments behind a shortened one
// starts at partition_search_step + 1 instead of the segment's index + 1. That
// is a slip, and is not repeated here.
class CutSearch {
 public:
  CutSearch(OrderCosts& costs, int first_output, int num_segments, int step)
      : costs_(costs),
        first_output_(first_output),
        num_segments_(num_segments),
        step_(step) {}

  // The first cut found from the longest segments on.
  bool FindCut(nanoseconds target) {
    target_ = target;
    cuts_.clear();
    failed_.clear();
    return CutFrom(0);
  }

  const std::vector<int>& cuts() const { return cuts_; }
  nanoseconds last_latency() const { return last_latency_; }
  std::int64_t num_probes() const { return num_probes_; }

 private:
  bool CutFrom(int begin) {
    const int segment = static_cast<int>(cuts_.size());
    if (segment == num_segments_ - 1) return TakeRest(begin);
    if (failed_.contains({segment, begin})) return false;
    // One op at least for each segment up to the last.
    const int longest = first_output_ - (num_segments_ - 2 - segment);
    for (int end = longest; end > begin; end -= step_) {
      if (!MeetsTarget(begin, end)) continue;
      cuts_.push_back(end);
      if (CutFrom(end)) return true;
      cuts_.pop_back();
    }
    failed_.insert({segment, begin});
    return false;
  }

  bool MeetsTarget(int begin, int end) {
    ++num_probes_;
    const auto cost = costs_.Of(begin, end);
    return cost && cost->busy <= target_;
  }

  bool TakeRest(int begin) {
    const auto cost = costs_.Of(begin, costs_.num_ops());
    if (cost) last_latency_ = cost->busy;
    return cost.has_value();
  }

  OrderCosts& costs_;
  int first_output_;
  int num_segments_;
  int step_;
  nanoseconds target_{0};
  std::vector<int> cuts_;
  nanoseconds last_latency_{0};
  std::set<std::pair<int, int>> failed_;  // segment, where it begins
  std::int64_t num_probes_ = 0;
};

// The fastest and the slowest of segments that follow one another in the order;
// nullopt where one of them does not run.
std::optional<LatencyBounds> BoundsOf(std::span<const Segment> segments,
                                      OrderCosts& costs) {
  LatencyBounds bounds{.lower = nanoseconds::max()};
  int begin = 0;
  for (const Segment& segment : segments) {
    const int end = begin + static_cast<int>(segment.ops.size());
    const auto cost = costs.Of(begin, end);
    if (!cost) return std::nullopt;
    bounds.lower = std::min(bounds.lower, cost->busy);
    bounds.upper = std::max(bounds.upper, cost->busy);
    begin = end;
  }
  return bounds;
}

// The outer search: the cut with the lowest slowest segment that it came by.
std::optional<std::vector<int>> Bisect(LatencyBounds bounds,
                                       nanoseconds threshold, CutSearch& search,
                                       int& num_targets) {
  std::optional<std::vector<int>> best;
  while (bounds.upper - bounds.lower > threshold) {
    ++num_targets;
    const nanoseconds target = (bounds.lower + bounds.upper) / 2;
    const bool found = search.FindCut(target);
    if (!found || search.last_latency() >= bounds.upper) {
      bounds.lower = target;
      continue;
    }
    best = search.cuts();
    if (search.last_latency() < target) {
      bounds.upper = target;
    } else {
      bounds.upper = search.last_latency();
      bounds.lower = target;
    }
  }
  return best;
}

}  // namespace

LibcoralResult LibcoralSegments(const Graph& graph, SegmentCosts& segment_costs,
                                int num_segments,
                                const LibcoralOptions& options) {
  CORALLINE_CHECK(num_segments >= 1);
  CORALLINE_CHECK(options.diff_threshold > nanoseconds(0));
  CORALLINE_CHECK(options.partition_search_step >= 1);
  ExecutionOrder order = ExecutionOrderOf(graph);
  OrderCosts costs(std::move(order.ops), segment_costs);
  LibcoralResult result;
  std::optional<LatencyBounds> bounds = options.initial_bounds;
  if (!bounds) bounds = BoundsOf(CompilerSegments(graph, num_segments), costs);
  if (bounds && bounds->upper - bounds->lower <= options.diff_threshold) {
    result.outcome = Outcome::kNotRun;
    result.segments = CompilerSegments(graph, num_segments);
  } else if (bounds) {
    CutSearch search(costs, order.first_output, num_segments,
                     options.partition_search_step);
    const auto cuts =
        Bisect(*bounds, options.diff_threshold, search, result.targets);
    result.probes = search.num_probes();
    if (cuts) {
      result.outcome = Outcome::kFound;
      result.segments = SegmentsOfOrder(costs.order(), *cuts);
    }
  }
  result.segments_measured = costs.num_asked();
  return result;
}

}  // namespace coralline
