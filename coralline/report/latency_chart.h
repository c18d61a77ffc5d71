#pragma once

#include "coralline/base/histogram.h"
#include "coralline/chart/chart.h"

namespace coralline {

/// How often each latency came, in about 40 bins of milliseconds, with the
/// median, p90 and p99. The axis is logarithmic where the longest is over ten
/// times the shortest. Requires a value.
Chart LatencyChart(const Histogram& latency, Origin origin);

}  // namespace coralline
