#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/plan/planner.h"
#include "coralline/plan/strategy.h"
#include "coralline/planning/model_problem.h"
#include "coralline/sim/time_range.h"

namespace coralline {

/// A plan and where the time of each of its stages goes.
struct ExplainedPlan {
  Plan plan;
  /// Of each stage, layer by layer; of a CPU stage compute_ms alone.
  std::vector<SegmentCost> parts;
  /// Of each stage, around the sum of its parts.
  std::vector<TimeRange> ranges;
  Load load;
  int num_devices = 0;
  double host_spread = 0;  ///< HostModel::serialised_spread

  /// The stage that sets load.slowest_stage.
  std::size_t SlowestStage() const;
  /// Where plan.period may lie in truth, with the doubts about the stage that
  /// may be slowest. Links are taken as they are.
  TimeRange PeriodRange() const;
};

/// What another method cuts; no plan where it cannot, with the reason.
struct ExplainedStrategy {
  Strategy strategy = Strategy::kCompiler;
  std::optional<ExplainedPlan> explained;
  std::string why_not;
};

/// The best plan if one thing were different.
struct WhatIf {
  std::string change;
  std::chrono::nanoseconds period{0};
};

/// Why a plan is as it is: the facts that `coralline explain` puts into words.
struct Explanation {
  std::string model;
  std::string device;
  std::string host;
  int count = 0;
  /// The whole model in one segment on one device, and on its host what the
  /// device leaves to the CPU, one after the other: what the speed is compared
  /// with.
  ExplainedPlan alone;
  ExplainedPlan best;
  /// The best on at most 1, 2 ... count + 1 accelerators.
  std::vector<ExplainedPlan> by_count;
  /// The best in `count` stages on one device each, where `best` uses fewer
  /// devices.
  std::optional<ExplainedPlan> all_devices;
  /// The best of those that have one cut of `best` one op earlier or later.
  std::optional<ExplainedPlan> neighbour;
  std::vector<ExplainedStrategy> strategies;
  std::vector<WhatIf> what_ifs;
};

/// Plans for every number of devices up to one more than `count`, with other
/// methods, and with a faster link, a larger memory and a faster chip. Throws
/// Error(kModel) where there is no plan.
Explanation Explain(const Model& model, const DeviceGroup& device,
                    const ProblemOptions& options, const PlanOptions& plan);

/// Of one plan on the devices of a problem.
ExplainedPlan ExplainPlan(const ModelProblem& problem, Plan plan);

}  // namespace coralline
