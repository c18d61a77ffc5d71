#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace coralline::bench {

/// The median of repeated figures and how far they lie apart.
struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

/// Requires a value or more.
inline Spread SpreadOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1
                            ? values[middle]
                            : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

/// "0.981 [0.958..0.991]" with so many decimals.
inline std::string FormatSpread(const Spread& spread, int decimals) {
  return fmt::format("{:.{}f} [{:.{}f}..{:.{}f}]", spread.median, decimals,
                     spread.min, decimals, spread.max, decimals);
}

}  // namespace coralline::bench
