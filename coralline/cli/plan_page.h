#pragma once

#include "coralline/chart/page.h"
#include "coralline/cli/planned.h"

namespace coralline::cli {

/// All that the report of a plan is of.
struct PlanPageInput {
  const Model& model;  ///< with its layers whole
  const ModelProblem& problem;
  const Planned& planned;
  const SplitPlan& chosen;
  const std::vector<NamedDevices>& named;
  const PlanOptions& plan_options;
  const PlanCommandOptions& options;
};

/// The report of a plan. Plans for other numbers of devices, to compare with,
/// where all is simulated: takes seconds for large models.
Page PlanPage(const PlanPageInput& input);

/// The report of `plan --front`.
Page FrontPage(const ModelProblem& problem, const std::vector<Plan>& front,
               const PlanCommandOptions& options);

}  // namespace coralline::cli
