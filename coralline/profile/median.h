#pragma once

#include <chrono>
#include <vector>

namespace coralline {

struct MedianInterval {
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds low{0};
  std::chrono::nanoseconds high{0};
};

/// The median and its 95 % confidence interval: the innermost pair of order
/// statistics, as far from either end, that holds the true median with that
/// probability or more, whatever the distribution of independent times. Fewer
/// than 6 times reach less: the interval is then all of them.
///
/// Requires a time or more. Source: Conover, "Practical Nonparametric
/// Statistics", 3rd ed. (1999), section 3.2.
MedianInterval MedianOf(std::vector<std::chrono::nanoseconds> times);

}  // namespace coralline
