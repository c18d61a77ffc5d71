#include "coralline/plan/baselines.h"

#include "coralline/base/check.h"
#include "coralline/graph/balance.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/equal_layers.h"
#include "coralline/plan/exhaustive_cuts.h"

namespace coralline {

std::optional<std::vector<Segment>> SegmentsBy(
    Strategy strategy, const PlanProblem& problem, const Graph& graph,
    int num_segments, const LibcoralOptions& libcoral) {
  switch (strategy) {
    case Strategy::kCompiler:
      return CompilerSegments(graph, num_segments);
    case Strategy::kEqualLayers:
      return EqualLayerSegments(graph, num_segments);
    case Strategy::kBalanced:
      return SegmentsAt(graph.num_ops(),
                        EqualParameterCuts(graph, num_segments));
    case Strategy::kExhaustive:
      return ExhaustiveSegments(problem, num_segments);
    case Strategy::kLibcoral: {
      const auto result =
          LibcoralSegments(graph, *problem.costs, num_segments, libcoral);
      if (result.segments.empty()) return std::nullopt;
      return result.segments;
    }
    case Strategy::kOptimal:
      break;
  }
  CORALLINE_CHECK(strategy != Strategy::kOptimal);
  return std::nullopt;
}

}  // namespace coralline
