#include "coralline/runtime/internal/kind_costs.h"

#include <algorithm>
#include <chrono>

namespace coralline::internal {
namespace {

using Clock = std::chrono::steady_clock;

// Of segments that nobody has measured, over those that somebody has.
constexpr double kDoubt = 1.1;

double Ratio(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

}  // namespace

KindCosts::KindCosts(const Model& model, const std::vector<DeviceGroup>& kinds,
                     int max_replicas, const std::vector<KnownCost>& known)
    : problem_(model, kinds, {.max_replicas = max_replicas}),
      mappings_(MapOps(model.graph)),
      known_list_(known),
      assumed_(*problem_.problem().costs, ScaledKinds(known)),
      known_(assumed_) {
  for (const KnownCost& cost : known) {
    known_.Learn(cost.segment.ops, cost.device_class, cost.cost);
  }
}

std::vector<ScaledClass> KindCosts::ScaledKinds(
    const std::vector<KnownCost>& known) {
  const std::size_t count = problem_.problem().classes.size();
  std::vector<std::chrono::nanoseconds> is(count);
  std::vector<std::chrono::nanoseconds> assumed(count);
  for (const KnownCost& cost : known) {
    const auto simulated =
        problem_.problem().costs->Of(cost.segment.ops, cost.device_class);
    if (!cost.cost || !simulated) continue;
    is[cost.device_class] += cost.cost->busy;
    assumed[cost.device_class] += simulated->busy;
    least_factor_ =
        std::min(least_factor_, Ratio(cost.cost->busy, simulated->busy));
  }
  std::vector<ScaledClass> scaled;
  for (std::size_t c = 0; c < count; ++c) {
    scaled.push_back({.of = static_cast<int>(c)});
    if (!problem_.is_cpu(static_cast<int>(c)) || assumed[c].count() == 0) {
      continue;
    }
    scaled.back().factor = kDoubt * Ratio(is[c], assumed[c]);
    least_factor_ = std::min(least_factor_, scaled.back().factor);
  }
  return scaled;
}

std::optional<Plan> KindCosts::PlanOn(std::span<const UsableClass> classes,
                                      std::chrono::nanoseconds time_limit) {
  if (classes.empty()) return std::nullopt;
  PlanProblem problem = problem_.problem();
  problem.classes.clear();
  std::vector<ScaledClass> scaled;
  for (const UsableClass& its : classes) {
    problem.classes.push_back(
        {.name = problem_.problem().classes[its.kind].name,
         .count = static_cast<int>(its.devices.size())});
    scaled.push_back({.of = its.kind, .factor = its.slowdown});
  }
  ScaledCosts costs(known_, std::move(scaled));
  problem.costs = &costs;
  problem.floors = Scaled(problem.floors, least_factor_);
  problem.floors.by_classes.clear();  // these are other classes
  const auto deadline = Clock::now() + time_limit;
  return FindPlan(problem, {.should_stop = [deadline] {
                    return Clock::now() >= deadline;
                  }});
}

std::optional<StageCost> KindCosts::Of(const Segment& segment, int kind) {
  return known_.Of(segment.ops, kind);
}

Origin KindCosts::OriginOf(const Segment& segment, int kind) const {
  for (const KnownCost& cost : known_list_) {
    if (cost.device_class == kind && cost.segment == segment) {
      return cost.origin;
    }
  }
  const bool is_simulated =
      !problem_.is_cpu(kind) &&
      std::all_of(segment.ops.begin(), segment.ops.end(),
                  [this](int op) { return mappings_[op].is_mapped(); });
  return is_simulated ? Origin::kSimulated : Origin::kEstimated;
}

void KindCosts::Refuse(const Segment& segment, int kind) {
  known_.Learn(segment.ops, kind, std::nullopt);
}

}  // namespace coralline::internal
