#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "coralline/pipeline/stats.h"

namespace coralline::cli {

/// What a pipeline had done at a time.
struct LiveSample {
  std::chrono::steady_clock::time_point time;
  PipelineStats stats;
};

/// Whether the difference of the two says what was done between them: the same
/// devices serve the same stages, and nothing was reset.
bool AreComparable(const LiveSample& before, const LiveSample& now);

/// A line on all and a table with a line for each stage, of what was done
/// between two comparable samples.
std::vector<std::string> LiveLines(const LiveSample& before,
                                   const LiveSample& now);

/// "coralline: at 1.32 s: ..."
std::string EventLine(const PipelineEvent& event);

}  // namespace coralline::cli
