#pragma once

#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/report/charted_stage.h"

namespace coralline {

/// What the time of each stage's device and host is made of, in milliseconds a
/// request. Stages whose time is measured or emulated have one part.
Chart StageCosts(const std::vector<ChartedStage>& stages);

/// A row for each stage: ops, devices, memory, times and their origin.
Chart StageTable(const std::vector<ChartedStage>& stages);

}  // namespace coralline
