#include "coralline/report/plan_stages.h"

namespace coralline {
std::vector<ChartedStage> ChartedStagesOf(const ModelProblem& problem,
                                          const ExplainedPlan& explained,
                                          const std::vector<Origin>& origins) {
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
    if (spec) Simulate(stage, problem.model(), *spec);
    stages.push_back(std::move(stage));
  }
  return stages;
}

}  // namespace coralline
