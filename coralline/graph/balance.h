#pragma once

#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// Cuts (as for SegmentsAt) of the execution order into exactly `num_stages`
/// segments whose largest has as few parameter bytes as possible. Among those,
/// the one whose cuts have the fewest crossing bytes, then the earliest cuts.
///
/// Throws Error(kUsage) when the graph has fewer ops than stages. Cost:
/// O(num_stages * num_ops^2).
std::vector<int> EqualParameterCuts(const Graph& graph, int num_stages);

}  // namespace coralline
