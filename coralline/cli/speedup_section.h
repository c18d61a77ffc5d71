#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "coralline/chart/page.h"
#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/planning/split_planning.h"

namespace coralline::cli {

/// A plan that was searched for longer.
struct KnownPlan {
  int devices = 0;
  std::chrono::nanoseconds period{0};
};

/// What a model gains by more devices of a kind, simulated.
struct SpeedUpRequest {
  DeviceGroup device;  ///< with a spec; the count is the most that are shown
  ProblemOptions problem;
  PlanOptions plan;
  SplitMode split_layers = SplitMode::kAuto;
  /// None of the best plans for as many devices is worse.
  std::optional<KnownPlan> known;
  /// What else to draw, such as this plan: a line or a point.
  std::vector<Line> others;
};

/// Plans for each number of devices, by our method and by others', for a few
/// seconds at most; without a chart, and with the reason, where that is not
/// enough.
Section SpeedUpSection(const Model& model, const SpeedUpRequest& request);

}  // namespace coralline::cli
