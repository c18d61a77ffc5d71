#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/rewrite/layer_split.h"

namespace coralline {

/// Whether layers are split into parts that fit a device.
enum class SplitMode {
  kAuto,    ///< where some layer takes most of a device or more, and it pays
  kNever,   ///< not
  kAlways,  ///< each layer that can be, in the best of the ways tried
};

/// "auto", "never", "always".
std::string_view SplitModeName(SplitMode mode);
/// Throws Error(kUsage), which lists the names, for any other.
SplitMode ParseSplitMode(std::string_view name);

/// The best plan found, the model that it is for, and what splitting is worth.
struct SplitPlan {
  /// Empty where the model is left as it is.
  std::vector<LayerSplit> splits;
  /// With its layers split so.
  Model model;
  /// For that model; nullopt where none exists.
  std::optional<Plan> plan;
  /// The best for the model as it is, where it was looked for.
  std::optional<Plan> unsplit;
};

/// Plans with simulated costs for the model as it is and with large layers
/// split, and keeps what is better: a split has to gain 2 % of the objective's
/// value, 5 % where every layer fits a device, transfers between the parts
/// included. Splits are tried of the layers that fit no accelerator of the
/// groups, or, where all fit, of those of which no accelerator keeps two. They
/// are tried with the fewest parts that fit and with more of them, compared by
/// the plans of one order; the best is planned with `options`. Where only CPU
/// cores are given, nothing is split.
///
/// Layers whose outputs have no name of their own cannot be told apart in a
/// plan file and stay whole.
SplitPlan PlanWithSplits(const Model& model,
                         const std::vector<DeviceGroup>& groups,
                         const ProblemOptions& problem,
                         const PlanOptions& options, SplitMode mode);

}  // namespace coralline
