#pragma once

#include <string>
#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/paper/published_comparison.h"
#include "coralline/paper/results.h"

namespace coralline::paper {

/// Tables for the page, for docs/paper.md and for the terminal alike: their
/// bodies are TableCharts.

/// Each published best speed-up and the simulated one.
Chart HeadlineTable(const std::vector<SimulatedRow>& rows);
/// How far the published figures of each series are off.
Chart DifferenceTable(const std::vector<ComparedPoint>& points);
/// Every published figure of a series, beside the simulated one: a line for
/// each width, a column for each number of devices.
std::vector<Chart> PointTables(const std::vector<ComparedPoint>& points);
/// Of a kind: our plans, beside the best of the paper's cuts, at the widths
/// that are emulated.
Chart PlanTable(const std::vector<SimulatedRow>& rows, const std::string& kind);

/// How near our runtime comes to what the devices allow.
Chart EmulationTable(const std::vector<EmulatedRow>& rows);
Chart CpuTable(const std::vector<CpuRow>& rows);

/// In GitHub's Markdown. Requires a TableChart.
std::string TableMarkdown(const Chart& table);

}  // namespace coralline::paper
