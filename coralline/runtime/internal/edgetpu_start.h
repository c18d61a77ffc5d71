#pragma once

#include <string>
#include <vector>

#include "coralline/runtime/internal/start.h"

namespace coralline::internal {

/// Whether all of these expanded names are real Edge TPUs; false for none.
bool AreEdgeTpus(const std::vector<std::string>& names);

/// A plan on Edge TPUs: each of its accelerators is one of them, where there is
/// one of the same kind that, and its CPU stages get cores. The others stand
/// by. Throws Error(kUsage) where there are too few, and as PoolOf does.
Start StartPlanOnEdgeTpus(const PlanDocument& document,
                          const std::vector<std::string>& names,
                          const DeviceSetup& setup);

/// A compiled model, whole on each of the devices, or all that are there; it is
/// timed on one of each kind. Throws Error(kUsage) for cuts, a plan, or other
/// devices, and as PoolOf and MeasureSegment do.
Start StartCompiled(const Model& model, const RunnerOptions& options);

}  // namespace coralline::internal
