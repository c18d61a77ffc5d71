#pragma once

#include <string>

#include "coralline/sim/time_range.h"

namespace coralline::cli {

/// "0.310 to 0.450 ms (medium confidence)".
std::string RangeText(const TimeRange& range);

/// The widest doubts, one a line: "- REASON: 0.100 ms less to 0.200 ms more".
/// "" without any.
std::string DoubtLines(const TimeRange& range);

/// The members low_ms, high_ms, confidence and doubts, as a JSON object.
std::string RangeJson(const TimeRange& range);

}  // namespace coralline::cli
