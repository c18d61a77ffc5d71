#include "coralline/report/plan_stages.h"

#include "coralline/sim/operator_support.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

std::vector<int> MappedOps(const Segment& segment,
                           const std::vector<OpMapping>& mappings) {
  std::vector<int> ops;
  for (const int op : segment.ops) {
    if (mappings[op].is_mapped()) ops.push_back(op);
  }
  return ops;
}

}  // namespace

std::vector<ChartedStage> ChartedStagesOf(const ModelProblem& problem,
                                          const ExplainedPlan& explained,
                                          const std::vector<Origin>& origins) {
  const Graph& graph = problem.model().graph;
  const auto mappings = MapOps(graph);
  const auto has_bias = OpsWithBias(problem.model());
  std::vector<ChartedStage> stages;
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& planned = explained.plan.stages[i];
    const auto& spec = problem.cost_models()[planned.device_class].spec;
    ChartedStage stage{
        .device = problem.problem().classes[planned.device_class].name,
        .replicas = planned.replicas,
        .segment = planned.segment,
        .origin = origins[i],
        .busy_ms = static_cast<double>(planned.cost.busy.count()) / 1e6,
        .cost = explained.parts[i]};
    if (spec) {
      stage.layer_ops = MappedOps(planned.segment, mappings);
      SetLayers(stage, MakeLayers(graph, *spec, has_bias));
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

}  // namespace coralline
