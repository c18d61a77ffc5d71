#pragma once

#include <string>
#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/paper/results.h"

namespace coralline::paper {

/// The paper's figures of a kind of network: published as dots, simulated as
/// lines, with their ranges where there is one line of each. One TPU: time,
/// rate, memory. Then the time of each series, and the speed-ups of all cuts
/// on each number of devices, ours among them. The same wherever it is made.
std::vector<Chart> SimulatedCharts(const std::vector<SimulatedRow>& rows,
                                   const std::string& kind);

/// Emulated times, dashed, beside what the simulated devices take.
std::vector<Chart> EmulatedCharts(const std::vector<EmulatedRow>& rows,
                                  const std::string& kind);

/// Measured times beside the published ones of another CPU.
std::vector<Chart> CpuCharts(const std::vector<CpuRow>& rows,
                             const std::string& kind);

}  // namespace coralline::paper
