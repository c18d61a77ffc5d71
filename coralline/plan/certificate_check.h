#pragma once

#include <string>

#include "coralline/plan/planner.h"

namespace coralline {

/// Whether a certificate's bound is one.
struct BoundCheck {
  enum class Verdict {
    kHolds,
    kBeaten,     ///< there is a plan below the bound
    kUndecided,  ///< too much to look at, or stopped
  };
  Verdict verdict = Verdict::kUndecided;
  /// How it was found out, in words.
  std::string detail;
};

/// Proves again that no plan within the problem's and the options' limits is
/// below the bound: of any order, or of the problem's order where the claim or
/// the options are about that alone. By the floors of the costs where they
/// suffice, otherwise by a dynamic program that only decides whether a better
/// plan exists. It shares the floors and the boundaries with FindPlan, and none
/// of its search.
///
/// Options give the objective and its target, max_devices, all_orders,
/// max_boundaries and should_stop.
BoundCheck CheckBound(const PlanProblem& problem, const PlanOptions& options,
                      const Certificate& certificate);

}  // namespace coralline
