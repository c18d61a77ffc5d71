#include "coralline/profile/median.h"

#include <algorithm>
#include <cmath>

#include "coralline/base/check.h"

namespace coralline {
namespace {

// The lower bound's place among n sorted times, from 0. Of n fair coins, the
// chance that so many or fewer show heads must stay below half of 5 %.
std::size_t LowPlace(std::size_t n) {
  const auto coins = static_cast<double>(n);
  double log_chance = -coins * std::log(2);  // of exactly `heads`
  double sum = 0;
  std::size_t heads = 0;
  for (; heads < n; ++heads) {
    sum += std::exp(log_chance);
    if (sum > 0.025) break;
    const auto k = static_cast<double>(heads);
    log_chance += std::log((coins - k) / (k + 1));
  }
  return heads > 0 ? heads - 1 : 0;
}

}  // namespace

MedianInterval MedianOf(std::vector<std::chrono::nanoseconds> times) {
  CORALLINE_CHECK(!times.empty());
  std::sort(times.begin(), times.end());
  const std::size_t n = times.size();
  const std::size_t low = LowPlace(n);
  return {.median = (times[(n - 1) / 2] + times[n / 2]) / 2,
          .low = times[low],
          .high = times[n - 1 - low]};
}

}  // namespace coralline
