#pragma once

#include <functional>
#include <vector>

namespace coralline::internal {

/// One column per unknown, all as long as the right-hand side.
using Columns = std::vector<std::vector<double>>;

struct Solution {
  std::vector<double> values;
  std::vector<double> standard_errors;
  /// False for a column that is zero, or a sum of those before it: its unknown
  /// keeps `old`.
  std::vector<bool> is_determined;
};

/// Least squares with Huber's weights, reweighted until they stand still.
/// `old(j)` is the value of an unknown that is not determined, and what a
/// column is measured by (where it is not 0).
Solution SolveRobust(const Columns& columns, const std::vector<double>& right,
                     const std::function<double(std::size_t)>& old);

}  // namespace coralline::internal
