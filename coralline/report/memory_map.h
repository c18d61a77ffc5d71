#pragma once

#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/report/charted_stage.h"

namespace coralline {

/// What each accelerator keeps of its stage's parameters, and what it streams.
/// Stages on the CPU are left out.
Chart MemoryChart(const Graph& graph, const std::vector<ChartedStage>& stages);

}  // namespace coralline
