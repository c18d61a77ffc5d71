#pragma once

#include <optional>
#include <vector>

#include "coralline/plan/libcoral_partitioner.h"
#include "coralline/plan/plan.h"
#include "coralline/plan/strategy.h"

namespace coralline {

/// The segments of another method, for one device each of class 0; nullopt
/// where it finds none. Throws as the method does. Requires another strategy
/// than kOptimal.
std::optional<std::vector<Segment>> SegmentsBy(
    Strategy strategy, const PlanProblem& problem, const Graph& graph,
    int num_segments, const LibcoralOptions& libcoral = {});

}  // namespace coralline
