#pragma once

#include <string>
#include <vector>

#include "coralline/cli/planned.h"
#include "coralline/planning/split_planning.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// --split-layers auto|never|always.
void AddSplitOption(CLI::App& app, std::string& mode);

/// The model as `plan` plans it: as it is, or with split layers. The plan is
/// left to MakePlanned but where one was found on the way, with simulated
/// costs. By other methods, and from a profile, layers are split only where the
/// user says always; on devices that are measured, where they do not fit.
SplitPlan ChooseSplits(const Model& model,
                       const std::vector<NamedDevices>& named,
                       const ProblemOptions& problem,
                       const PlanOptions& plan_options,
                       const PlanCommandOptions& options);

}  // namespace coralline::cli
