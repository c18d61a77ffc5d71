#pragma once

#include <vector>

#include "coralline/planning/explanation.h"
#include "coralline/planning/model_problem.h"
#include "coralline/report/charted_stage.h"

namespace coralline {

/// The stages of a plan. `origins` are those of their costs, one of each.
std::vector<ChartedStage> ChartedStagesOf(const ModelProblem& problem,
                                          const ExplainedPlan& explained,
                                          const std::vector<Origin>& origins);

}  // namespace coralline
