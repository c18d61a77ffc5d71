#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/segment_cost.h"

namespace coralline {

/// How much a simulated time is worth, by the width of its range.
enum class Confidence {
  kHigh,    ///< within 15 %
  kMedium,  ///< within 50 %
  kLow,
};

/// "high", "medium", "low".
std::string_view ConfidenceText(Confidence confidence);

/// Something that is not known about a segment, and how far it may move its
/// time.
struct Doubt {
  std::string reason;  ///< in words, with numbers
  double faster_ms = 0;
  double slower_ms = 0;

  double width() const { return faster_ms + slower_ms; }
};

/// Where a simulated time may lie in truth.
struct TimeRange {
  double ms = 0;  ///< the simulated time
  double low_ms = 0;
  double high_ms = 0;
  /// Those that move the time by 2 % or more, widest first.
  std::vector<Doubt> doubts;

  Confidence confidence() const;
  /// One after the other.
  void Add(const TimeRange& other);
  bool Contains(double time_ms) const {
    return low_ms <= time_ms && time_ms <= high_ms;
  }
};

/// The range of a segment's warm_ms(). What the spec says of its own errors,
/// and beyond it what this segment has that no measurement settles: the number
/// type, room in the parameter memory, passes, large outputs, ops that move
/// maps, depthwise layers, bands, a softmax, kinds by analogy. The doubts add
/// up as if all were true at once. docs/model.md says where each width is from.
///
/// For one segment at a time: it places the layers three times over. Requires
/// `cost` from CostOf with the same arguments.
TimeRange RangeOf(const Graph& graph, const Segment& segment,
                  std::span<const Layer> layers, const DeviceSpec& spec,
                  const SegmentCost& cost);

/// The range of EstimateCpuMs.
TimeRange EstimatedCpuRange(double ms);

/// A time without doubts.
TimeRange ExactRange(double ms);

/// The cost with all parts scaled such that warm_ms() is `ms`.
SegmentCost WithTime(SegmentCost cost, double ms);

}  // namespace coralline
