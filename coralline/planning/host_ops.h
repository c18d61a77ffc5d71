#pragma once

#include <vector>

#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"

namespace coralline {

/// Whether a plan in which each accelerator's host runs what it leaves over
/// before it takes the next request (ProblemOptions::cpu_fallback) beats every
/// plan with stages of their own for these ops: it has as many cores as
/// devices. False where nothing is left over, or a CPU is among the groups.
bool IsFasterWithFallback(const Model& model,
                          const std::vector<DeviceGroup>& groups,
                          const ProblemOptions& options,
                          const PlanOptions& plan);

}  // namespace coralline
