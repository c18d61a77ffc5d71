#pragma once

#include <optional>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/plan/plan.h"
#include "coralline/planning/plan_document.h"
#include "coralline/profile/profile_cache.h"
#include "coralline/runtime/device_pool.h"

namespace coralline::internal {

struct MeasuringOptions {
  CpuKernels kernels = CpuKernels::kAuto;
  int max_replicas = 16;
  ProfileCache* cache = nullptr;  ///< may be null
};

/// A plan for a pool with CPU cores, and the costs that were measured for it.
/// Device classes are kinds of the pool.
struct MeasuredStart {
  std::optional<Plan> plan;
  std::vector<KnownCost> known;
  /// Why a device does not run the whole model, where one does not.
  std::optional<Error> refusal;
};

/// Measures on the first device of each kind of CPU, for some seconds at most;
/// what accelerators cost is simulated. The whole model on as many devices of
/// one kind as may be is measured before any cut, and is the plan unless
/// another is better by a tenth. A model of some microseconds gets one core.
/// Throws as MeasureSegment does.
MeasuredStart MeasureStart(const Model& model, const DevicePool& pool,
                           const MeasuringOptions& options);

}  // namespace coralline::internal
