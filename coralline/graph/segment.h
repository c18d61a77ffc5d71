#pragma once

#include <span>
#include <string>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// A part of a model: the ops of one stage, as strictly increasing indices
/// into Graph::ops. Usually a range; any convex set is allowed, that is one
/// where no path between two of its ops leaves it.
struct Segment {
  std::vector<int> ops;

  bool operator==(const Segment&) const = default;
};

/// The ops [begin, end). Requires begin <= end.
Segment OpRange(int begin, int end);

/// "ops 0-11", "op 3", "ops 0-4,7".
std::string FormatSegment(const Segment& segment);

/// Cuts the execution order before each op of `cuts`: {3, 5} of 9 ops gives
/// [0, 3), [3, 5), [5, 9). Throws Error(kUsage) unless the cuts are strictly
/// increasing and inside 1 .. num_ops - 1.
std::vector<Segment> SegmentsAt(int num_ops, std::span<const int> cuts);

/// The cut right after the op that produces the named tensor. Throws
/// Error(kUsage) when no op produces it.
int CutAfterTensor(const Graph& graph, const std::string& name);

/// Throws Error(kUsage) unless the segment is a non-empty convex set of ops of
/// the graph, and Error(kModel) when it separates ops that share state.
void CheckSegment(const Graph& graph, const Segment& segment);

/// Throws Error unless the segments can run one after another as the whole
/// graph: each passes CheckSegment, every op is in exactly one, and each reads
/// only what the model's inputs and earlier segments give.
void CheckSegments(const Graph& graph, std::span<const Segment> segments);

}  // namespace coralline
