#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "coralline/plan/planner.h"

namespace coralline {

/// Measures what a segment really costs on a class of devices: seconds each.
/// The cost is nullopt where the devices refuse the segment; the result is
/// where measuring was stopped before its end.
using MeasureCost = std::function<std::optional<std::optional<StageCost>>(
    std::span<const int> ops, int device_class)>;

struct LazyOptions {
  PlanOptions plan;
  /// The problem's costs times this are taken as lower bounds of the measured
  /// ones until a measurement shows otherwise.
  double optimism = 1;
  /// Ends when the plan is within this share of the bound.
  double gap = 0;
  /// Called before each measurement, with the numbers so far.
  std::function<void(std::int64_t measured, std::int64_t rounds)> progress;
};

/// What a measurement gave; nullopt where the devices refused the segment.
struct LearntCost {
  Segment segment;
  int device_class = 0;
  std::optional<StageCost> cost;
};

/// What lazy planning found and what it took.
struct LazyResult {
  /// Every stage of it is measured.
  std::optional<Plan> plan;
  std::vector<LearntCost> learnt;  ///< of each measurement, in order
  std::int64_t measured = 0;       ///< segments
  std::int64_t refused = 0;        ///< among them, by the devices
  std::int64_t rounds = 0;
  /// The factor of the problem's costs that held in the end: `optimism`, or the
  /// smallest ratio that was measured.
  double optimism = 1;
  /// Whether the plan is what the last round asked for, or the best measured
  /// plan when it was stopped.
  bool is_finished = false;
};

/// Plans with costs that are expensive to know. The problem's costs, scaled to
/// be optimistic, give a plan; its segments are measured and their costs
/// replaced; and so on until every segment of the plan is measured. Then no
/// plan is better than it, for the costs that would be measured, if those of
/// the others are indeed no lower than their optimistic ones: A* over plans.
///
/// The certificate of the plan is FindPlan's, for costs that are measured where
/// it matters and optimistic elsewhere.
LazyResult PlanLazily(const PlanProblem& problem, const MeasureCost& measure,
                      const LazyOptions& options);

}  // namespace coralline
