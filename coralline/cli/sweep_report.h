#pragma once

#include <string>
#include <vector>

#include "coralline/cli/terminal.h"
#include "coralline/sweep/summary.h"

namespace coralline::cli {

/// What is said of a whole sweep.
struct SweepHeading {
  std::string device;
  std::string host;
  Objective objective = Objective::kThroughput;
};

/// A table for each model, and then how far the optimal plans are ahead.
std::string SweepText(const std::vector<SweepRow>& rows,
                      const SweepHeading& heading,
                      const Terminal& terminal = {});

/// A heading and a line for each row; empty where there is no plan.
std::string SweepCsv(const std::vector<SweepRow>& rows,
                     const SweepHeading& heading);

std::string SweepJson(const std::vector<SweepRow>& rows,
                      const SweepHeading& heading);

}  // namespace coralline::cli
