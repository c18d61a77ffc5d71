#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/paper/published.h"
#include "coralline/paper/simulated.h"

namespace coralline::paper {

/// A published figure and the simulated one.
struct ComparedPoint {
  PublishedPoint published;
  double simulated = 0;
  /// Of a time: whether the published one lies in the simulator's range.
  std::optional<bool> is_in_range;

  /// Of the simulated figure, as a share of the published one: negative when
  /// less. 0 where both are 0.
  double difference() const;
};

/// Every published figure of a network that is among the rows.
std::vector<ComparedPoint> ComparePoints(const std::vector<SimulatedRow>& rows);

/// What the differences of a series on so many devices come to.
struct SeriesDifference {
  std::string series;
  int devices = 0;
  std::string unit;
  int points = 0;
  double median = 0;  ///< of the differences without their sign
  ComparedPoint worst;
  int in_range = 0;  ///< of times
};

/// In the order of the points.
std::vector<SeriesDifference> Differences(
    const std::vector<ComparedPoint>& points);

/// The best speed-up over those widths of a series that were published.
struct BestSpeedUp {
  double speedup = 0;
  int width = 0;
};
/// nullopt without rows.
std::optional<BestSpeedUp> BestOf(const std::vector<SimulatedRow>& rows,
                                  const std::string& series, int devices);

/// The row of a series; null where there is none.
const SimulatedRow* FindRow(const std::vector<SimulatedRow>& rows,
                            const std::string& series, int devices, int width);

}  // namespace coralline::paper
