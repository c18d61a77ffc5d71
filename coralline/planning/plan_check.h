#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coralline/planning/plan_document.h"

namespace coralline {

/// One thing that a plan file says, and whether it is so.
struct CheckItem {
  std::string what;  ///< "certificate"
  bool ok = false;
  std::string detail;  ///< how it was found out, or what is wrong
};

struct CheckResult {
  std::vector<CheckItem> items;

  bool ok() const;
};

/// Finds out from the model and the devices in the document whether it holds:
/// that the segments make up the model, that they cost what is written (to the
/// nanosecond, simulated again, or as the file's own measurements say), that
/// the plan takes the time and the devices that it says and may use, and that
/// no plan is below the certificate's bound, which is proved again by
/// CheckBound.
///
/// Measurements are taken as they are written: they cannot be repeated here.
/// `should_stop` may be empty; what was stopped is not proved.
CheckResult CheckPlan(const PlanDocument& document, const Model& model,
                      const std::function<bool()>& should_stop = {});

}  // namespace coralline
