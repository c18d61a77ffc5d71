#include "coralline/profile/drift.h"

#include "coralline/profile/median.h"

namespace coralline {

std::optional<double> DriftOf(std::span<const std::chrono::nanoseconds> times) {
  constexpr std::size_t kLeastOfHalf = 6;  // for an interval of 95 %
  const std::size_t half = times.size() / 2;
  if (half < kLeastOfHalf) return std::nullopt;
  const auto first = times.first(half);
  const auto second = times.last(half);
  const MedianInterval before = MedianOf({first.begin(), first.end()});
  const MedianInterval after = MedianOf({second.begin(), second.end()});
  if (after.low <= before.high && after.high >= before.low) return std::nullopt;
  return static_cast<double>((after.median - before.median).count()) /
         static_cast<double>(before.median.count());
}

}  // namespace coralline
