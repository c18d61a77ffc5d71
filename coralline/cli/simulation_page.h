#pragma once

#include "coralline/chart/page.h"
#include "coralline/cli/simulation.h"

namespace coralline::cli {

/// The report of a simulation. Plans other cuts, to compare with: takes
/// seconds for large models.
Page SimulationPage(const Simulation& simulation);

}  // namespace coralline::cli
