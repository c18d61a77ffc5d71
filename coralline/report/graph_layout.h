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

/// A place of its own for each op. An op comes behind its deepest input (the
/// first of several). Of the ops behind one, that with the longest path to an
/// end goes on in its lane, where that is free from there to the op's depth;
/// others take the lowest lane that is. So branches run side by side, and the
/// longest way through the graph is straight. Takes milliseconds for thousands
/// of ops.
std::vector<OpPlace> LayOut(const Graph& graph);

}  // namespace coralline
