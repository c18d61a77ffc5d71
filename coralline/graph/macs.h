#pragma once

#include <cstdint>

#include "coralline/graph/graph.h"

namespace coralline {

/// Multiply-accumulates of one execution of the op, from the shapes of its
/// tensors: convolutions, matrix products and recurrent cells; 0 for all
/// others. Biases do not count. Saturates at 2^63 - 1.
std::int64_t MacCount(const Graph& graph, const Op& op);

/// The sum over all ops.
std::int64_t MacCount(const Graph& graph);

}  // namespace coralline
