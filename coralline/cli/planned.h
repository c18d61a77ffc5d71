#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coralline/cli/measuring_options.h"
#include "coralline/cli/planning_options.h"
#include "coralline/cli/report_options.h"
#include "coralline/planning/measured_planning.h"
#include "coralline/planning/plan_document.h"
#include "coralline/planning/split_planning.h"

namespace coralline::cli {

/// What the user asks `plan` for.
struct PlanCommandOptions : PlanningOptions {
  MeasuringOptions measuring;
  std::string strategy = "optimal";
  std::string profile;
  std::string output;
  ReportOptions report;
  double optimism = 0;  // 0: by the kind of device
  double gap = 0;
  std::int64_t libcoral_threshold_ns = 1'000'000;
  int libcoral_step = 1;
  bool measure_cpu = false;  // beside simulated devices too
  bool front = false;
  bool json = false;
};

/// What was planned, and what it took.
struct Planned {
  Plan plan;
  std::optional<MeasuredPlan> measured;
  std::optional<Profile> profile;  ///< that the costs are from
  std::int64_t num_libcoral = 0;   ///< segments it would have measured
  /// Of the costs: one origin, or several joined by "and".
  std::string origin = "simulated";
};

/// Plans as the options say. `found` is the best plan with simulated costs,
/// where it is known. Throws Error where there is no plan, or not at the
/// target, with the way out.
Planned MakePlanned(const ModelProblem& problem,
                    const std::vector<NamedDevices>& named,
                    const PlanOptions& plan_options,
                    const PlanCommandOptions& options,
                    const std::optional<Plan>& found = std::nullopt);

/// The content of its plan file; `model` with its layers whole, the problem's
/// with these splits.
PlanDocument DocumentOf(const Planned& planned, const ModelProblem& problem,
                        const Model& model,
                        const std::vector<LayerSplit>& splits,
                        const PlanOptions& plan_options,
                        const PlanCommandOptions& options);

}  // namespace coralline::cli
