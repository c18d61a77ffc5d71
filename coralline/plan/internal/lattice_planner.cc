#include "coralline/plan/internal/lattice_planner.h"

#include <algorithm>

#include "coralline/base/check.h"

namespace coralline {
namespace {

PlanLimits LimitsOf(const PlanProblem& problem,
                    const LatticePlanner::Options& options) {
  PlanLimits limits;
  for (const DeviceClass& device : problem.classes) {
    limits.devices += device.count;
  }
  if (options.plan.max_devices > 0) {
    limits.devices = std::min(limits.devices, options.plan.max_devices);
  }
  const bool has_target = options.plan.objective == Objective::kDevices;
  if (has_target) limits.period = options.plan.target_period.count();
  if (!options.incumbent) return limits;
  const std::int64_t value = std::get<0>(*options.incumbent);
  switch (options.plan.objective) {
    case Objective::kThroughput:
      limits.period = value;
      break;
    case Objective::kLatency:
      limits.latency = value;
      break;
    case Objective::kDevices:
      limits.devices = static_cast<int>(value);
      break;
  }
  return limits;
}

}  // namespace

LatticePlanner::LatticePlanner(const PlanProblem& problem,
                               const Lattice& lattice, const Options& options)
    : problem_(problem),
      lattice_(lattice),
      options_(options),
      limits_(LimitsOf(problem, options)),
      candidates_(problem, lattice,
                  {.limits = limits_,
                   .max_segments = options.max_segments,
                   .should_stop = options.should_stop}) {}

std::optional<Plan> LatticePlanner::Best() {
  switch (options_.plan.objective) {
    case Objective::kThroughput:
      return MostThroughput(limits_);
    case Objective::kLatency:
      return LeastLatency(limits_);
    case Objective::kDevices:
      return FewestDevices(limits_);
  }
  return std::nullopt;
}

std::optional<Plan> LatticePlanner::MostThroughput(PlanLimits limits) {
  const auto period = LeastPeriod(limits);
  if (!period) return std::nullopt;
  limits.period = *period;
  candidates_.Tighten(limits);
  const LabelSearch search = Search(limits, true);
  const auto totals = search.Totals();
  const auto best = *std::min_element(totals.begin(), totals.end(),
                                      [](const auto& a, const auto& b) {
                                        return std::pair(a.latency, a.devices) <
                                               std::pair(b.latency, b.devices);
                                      });
  return PlanOf(search, {.period = *period,
                         .latency = best.latency,
                         .devices = static_cast<int>(best.devices)});
}

std::optional<Plan> LatticePlanner::LeastLatency(PlanLimits limits) {
  const auto totals = Search(limits, true).Totals();
  if (totals.empty()) return std::nullopt;
  for (const auto& total : totals) {
    limits.latency = std::min(limits.latency, total.latency);
  }
  candidates_.Tighten(limits);
  // It is as low as it gets, so this looks at the rest alone.
  return MostThroughput(limits);
}

std::optional<Plan> LatticePlanner::FewestDevices(PlanLimits limits) {
  const auto totals = Search(limits, false).Totals();
  if (totals.empty()) return std::nullopt;
  for (const auto& total : totals) {
    limits.devices = std::min(limits.devices, static_cast<int>(total.devices));
  }
  return MostThroughput(limits);
}

std::vector<Plan> LatticePlanner::PlansWithin(const PlanLimits& limits) {
  const LabelSearch search = Search(limits, true);
  std::vector<Plan> plans;
  for (const auto& total : search.Totals()) {
    plans.push_back(
        PlanOf(search, {.period = limits.period,
                        .latency = total.latency,
                        .devices = static_cast<int>(total.devices)}));
  }
  return plans;
}

template <typename Holds>
std::int64_t LatticePlanner::Bisect(std::int64_t low, std::int64_t high,
                                    const Holds& holds) const {
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return high;
}

bool LatticePlanner::MayBeFeasible(const PlanLimits& limits) const {
  const auto least = candidates_.RemaindersAt(limits.period);
  return least.devices.front() <= limits.devices &&
         least.latency.front() <= limits.latency;
}

std::optional<std::int64_t> LatticePlanner::LeastPeriod(
    const PlanLimits& limits) {
  const bool has_latency = limits.latency < kNoLimit;
  const auto first = Search(limits, has_latency);
  if (!first.IsFeasible()) return std::nullopt;
  // Any plan will do to begin with.
  std::int64_t high = limits.period;
  for (const auto& total : first.Totals()) {
    const Plan plan =
        PlanOf(first, {.period = limits.period,
                       .latency = has_latency ? total.latency : kNoLimit,
                       .devices = static_cast<int>(total.devices)});
    high = std::min(high, plan.period.count());
  }
  PlanLimits at = limits;
  const std::int64_t relaxed = Bisect(1, high, [&](std::int64_t period) {
    at.period = period;
    return MayBeFeasible(at);
  });
  const auto is_feasible = [&](std::int64_t period) {
    at.period = period;
    return Search(at, has_latency).IsFeasible();
  };
  // Mostly nothing but devices, of one class, limits a plan.
  if (is_feasible(relaxed)) return relaxed;
  // And mostly one plan alone has the least latency.
  if (!is_feasible(high - 1)) return high;
  return Bisect(relaxed + 1, high - 1, is_feasible);
}

LabelSearch LatticePlanner::Search(const PlanLimits& limits,
                                   bool with_latency) const {
  return LabelSearch(candidates_, problem_.classes,
                     {.limits = limits, .with_latency = with_latency});
}

Plan LatticePlanner::PlanOf(const LabelSearch& search,
                            const PlanLimits& limits) const {
  std::vector<PlannedStage> stages;
  for (const LabelSearch::Hop& hop : search.Earliest(limits)) {
    const Candidate& candidate = candidates_[hop.candidate];
    const auto ops = OpsBetween(lattice_, hop.from, candidate.to);
    PlannedStage stage{
        .segment = {ops},
        .device_class = candidate.device_class,
        .replicas = hop.replicas,
        .cost = problem_.costs->Of(ops, candidate.device_class).value()};
    std::sort(stage.segment.ops.begin(), stage.segment.ops.end());
    stages.push_back(std::move(stage));
  }
  return MakePlan(std::move(stages), problem_.classes);
}

}  // namespace coralline
