#pragma once

#include <string>
#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/report/charted_stage.h"

namespace coralline {

/// The name of the tensor that an op gives; "op 3" where it has none.
std::string OpTitle(const Graph& graph, int op);

/// The graph with the stages in colours. The stages cover it.
Chart CutMapChart(const Graph& graph, const std::vector<ChartedStage>& stages);

}  // namespace coralline
