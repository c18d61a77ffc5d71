#pragma once

#include <vector>

#include "coralline/graph/segment.h"

namespace coralline {

/// The same number of layers in each segment, the remainder one each to the
/// last segments: 5 layers become 2-3, 1-2-2 or 1-1-1-2. How the paper's
/// authors cut their fully connected nets by hand
/// (FC_MACs_memory_test_multisegment.py).
///
/// A layer is an op with parameters and the ops without that follow it, as TANH
/// and FULLY_CONNECTED are one layer in Keras; ops before the first, such as
/// QUANTIZE, belong to it.
///
/// Throws Error(kUsage) when the graph has fewer layers than segments. Requires
/// num_segments >= 1.
std::vector<Segment> EqualLayerSegments(const Graph& graph, int num_segments);

}  // namespace coralline
