#pragma once

#include <string>
#include <vector>

#include "coralline/paper/cpu_baseline.h"
#include "coralline/paper/emulated.h"
#include "coralline/paper/published_comparison.h"
#include "coralline/paper/simulated.h"

namespace coralline::paper {

/// All that a reproduction found, or what of it was asked for.
struct Results {
  std::string device;  ///< the spec's name
  std::vector<SimulatedRow> simulated;
  std::vector<EmulatedRow> emulated;
  std::vector<CpuRow> measured;
  std::string why_not_measured;  ///< where it was asked for; else empty
};

/// One object for programs: "simulated" has rows, headlines and comparisons
/// alone, and is the same wherever it is made.
std::string ResultsJson(const Results& results);

}  // namespace coralline::paper
