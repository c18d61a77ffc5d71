#include "coralline/planning/measured_planning.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline {
namespace {

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

Segment SegmentOf(std::span<const int> ops) {
  Segment segment{{ops.begin(), ops.end()}};
  std::sort(segment.ops.begin(), segment.ops.end());
  return segment;
}

// Measures for PlanLazily, and keeps what it measured.
class Measurer {
 public:
  Measurer(const ModelProblem& problem,
           const std::vector<std::unique_ptr<Device>>& devices,
           const MeasuredPlanningOptions& options, MeasuredPlan& out)
      : problem_(problem), known_(options.profile), out_(out) {
    for (const auto& device : devices) {
      profilers_.push_back(
          device ? std::make_unique<Profiler>(problem.model(), *device,
                                              options.profiler, options.cache)
                 : nullptr);
    }
  }

  std::optional<std::optional<StageCost>> operator()(std::span<const int> ops,
                                                     int device_class) {
    const auto simulated = problem_.problem().costs->Of(ops, device_class);
    const auto& profiler = profilers_[device_class];
    if (!profiler || !simulated) return simulated;
    const int cached_before = profiler->num_cached();
    Profile* known = device_class == 0 ? known_ : nullptr;
    std::optional<SegmentProfile> profile = FindIn(known, ops);
    const bool is_there = profile.has_value();
    try {
      if (!is_there) profile = profiler->Measure(SegmentOf(ops));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kModel) throw;
      out_.refusal = error;
      return std::optional<StageCost>();  // the device refuses it
    }
    if (!profile) return std::nullopt;  // stopped
    StageCost cost =
        StageCostOf(Milliseconds(profile->latency), 0, problem_.host());
    cost.link = simulated->link;
    cost.can_replicate = simulated->can_replicate;
    if (known && !is_there) known->Add(*profile);
    const bool is_known = is_there || profiler->num_cached() > cached_before;
    out_.segments.push_back({device_class, *profile, cost, is_known});
    return cost;
  }

  int num_cached() const {
    int cached = 0;
    for (const auto& profiler : profilers_) {
      if (profiler) cached += profiler->num_cached();
    }
    return cached;
  }

 private:
  static std::optional<SegmentProfile> FindIn(const Profile* profile,
                                              std::span<const int> ops) {
    const auto* found = profile ? profile->Find(SegmentOf(ops).ops) : nullptr;
    return found ? std::optional(*found) : std::nullopt;
  }

  const ModelProblem& problem_;
  Profile* known_;
  std::vector<std::unique_ptr<Profiler>> profilers_;
  MeasuredPlan& out_;
};

}  // namespace

MeasuredPlan PlanOnDevices(const ModelProblem& problem,
                           const std::vector<std::unique_ptr<Device>>& devices,
                           const MeasuredPlanningOptions& options) {
  CORALLINE_CHECK(devices.size() == problem.problem().classes.size());
  MeasuredPlan result;
  Measurer measurer(problem, devices, options, result);
  result.lazy = PlanLazily(problem.problem(), std::ref(measurer), options.lazy);
  result.num_cached = measurer.num_cached();
  const std::int64_t ops = problem.problem().num_ops();
  result.num_exhaustive = ops * (ops + 1) / 2;
  return result;
}

ProfileCosts::ProfileCosts(const Profile& profile, SegmentCosts& simulated,
                           const HostModel& host)
    : profile_(profile), simulated_(simulated), host_(host) {}

std::optional<StageCost> ProfileCosts::Of(std::span<const int> ops,
                                          int device_class) {
  auto simulated = simulated_.Of(ops, device_class);
  if (device_class != 0) return simulated;
  const SegmentProfile* found = profile_.Find(SegmentOf(ops).ops);
  if (found == nullptr || !simulated) return std::nullopt;
  StageCost cost = StageCostOf(Milliseconds(found->latency), 0, host_);
  cost.can_replicate = simulated->can_replicate;
  return cost;
}

}  // namespace coralline
