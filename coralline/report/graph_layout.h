#pragma once

#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// Where an op stands in the picture of its graph.
struct OpPlace {
  int depth = 0;  ///< ops on the longest path from the inputs
  int lane = 0;   ///< beside which others of its depth

  bool operator==(const OpPlace&) const = default;
};

/// The ops that each op takes results of, each once, in the order of its
/// inputs.
std::vector<std::vector<int>> InputOps(const Graph& graph);

/// A place of its own for each op. An op follows its deepest input (the first
/// of several) and stays in its lane where it is the first to take that input,
/// and the lane is free from there to its depth. Otherwise it takes the lowest
/// lane that is: so branches run side by side, and what joins them goes on in
/// the lane of the longest. Takes milliseconds for thousands of ops.
std::vector<OpPlace> LayOut(const Graph& graph);

}  // namespace coralline
