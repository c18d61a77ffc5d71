#pragma once

#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

struct ExecutionOrder {
  std::vector<int> ops;
  /// Position of the first op that nothing depends on: libcoral puts it and all
  /// that follow into the last segment.
  int first_output = 0;
};

/// CompilerOrder, and where its outputs begin.
ExecutionOrder ExecutionOrderOf(const Graph& graph);

}  // namespace coralline
