#pragma once

#include <vector>

#include "coralline/chart/chart.h"

namespace coralline {

/// A plan and what it trades.
struct FrontPoint {
  int devices = 0;
  double period_ms = 0;
  double latency_ms = 0;
};

/// Throughput over latency, a line for each number of devices.
Chart FrontChart(const std::vector<FrontPoint>& front);

}  // namespace coralline
