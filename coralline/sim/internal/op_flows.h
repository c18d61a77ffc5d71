#pragma once

#include <cstdint>
#include <vector>

#include "coralline/graph/graph.h"
#include "coralline/sim/placement.h"

namespace coralline {

/// An activation and the ops between which it lives.
struct Flow {
  int tensor = 0;
  SegmentInput size;
  int producer = -1;  ///< op; -1 for an input of the model
};

/// What an op changes at the boundary of a segment that it is appended to.
struct OpFlows {
  std::vector<Flow> reads;     ///< with repetitions
  std::vector<Flow> produced;  ///< that a later op or the caller reads
  std::vector<Flow> consumed;  ///< that no later op reads, nor the caller
};

/// Of each op of the graph.
std::vector<OpFlows> FlowsOf(const Graph& graph);

}  // namespace coralline
