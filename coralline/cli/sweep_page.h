#pragma once

#include <vector>

#include "coralline/chart/page.h"
#include "coralline/cli/sweep_report.h"

namespace coralline::cli {

/// The report of a sweep, also of one that was interrupted.
Page SweepPage(const std::vector<SweepRow>& rows, const SweepHeading& heading);

}  // namespace coralline::cli
