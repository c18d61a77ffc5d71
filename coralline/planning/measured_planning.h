#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/device/device.h"
#include "coralline/plan/lazy_planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/profile/profiler.h"

namespace coralline {

/// A segment that was measured, or taken from the cache, on a device class.
struct MeasuredSegment {
  int device_class = 0;
  SegmentProfile profile;
  StageCost cost;         ///< with what the host adds
  bool is_known = false;  ///< from the profile or the cache
};

struct MeasuredPlanningOptions {
  LazyOptions lazy;
  ProfilerOptions profiler;
  ProfileCache* cache = nullptr;  ///< may be null
  /// Of class 0; may be null. What it has is not measured, and what is measured
  /// is added at once: it is there whatever happens next.
  Profile* profile = nullptr;
};

struct MeasuredPlan {
  LazyResult lazy;
  std::vector<MeasuredSegment> segments;
  int num_cached = 0;            ///< of them, known from earlier runs
  std::optional<Error> refusal;  ///< of a device, the last one
  /// Segments that profiling all consecutive ones would have measured.
  std::int64_t num_exhaustive = 0;
};

/// Plans with costs that are measured on real or emulated devices, as few of
/// them as needed (PlanLazily); the simulated costs of the problem, scaled, are
/// the optimistic ones. `devices` has one for each class; null where the class
/// keeps its simulated costs. A segment that a device refuses runs nowhere on
/// its class. Throws as MeasureSegment does otherwise.
MeasuredPlan PlanOnDevices(const ModelProblem& problem,
                           const std::vector<std::unique_ptr<Device>>& devices,
                           const MeasuredPlanningOptions& options);

/// The costs of a profile, on devices of class 0; simulated ones on others,
/// such as the CPU's. What the profile lacks does not run on class 0. Ops that
/// share a state are neither cut apart nor replicated.
class ProfileCosts : public SegmentCosts {
 public:
  /// Keeps references to all but the host.
  ProfileCosts(const Profile& profile, SegmentCosts& simulated,
               const HostModel& host);
  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override;

 private:
  const Profile& profile_;
  SegmentCosts& simulated_;
  HostModel host_;
};

}  // namespace coralline
