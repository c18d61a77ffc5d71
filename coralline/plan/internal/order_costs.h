#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/plan/problem.h"

namespace coralline {

/// The ops at [begin, end) of an order.
Segment SegmentOfOrder(std::span<const int> order, int begin, int end);

/// Cuts the order before each position of `cuts`, which increase inside it.
std::vector<Segment> SegmentsOfOrder(std::span<const int> order,
                                     std::span<const int> cuts);

/// What runs of an order cost on device class 0, each asked for once.
class OrderCosts {
 public:
  /// Keeps a reference to `costs`.
  OrderCosts(std::vector<int> order, SegmentCosts& costs);

  std::optional<StageCost> Of(int begin, int end);

  std::span<const int> order() const { return order_; }
  int num_ops() const { return static_cast<int>(order_.size()); }
  std::int64_t num_asked() const {
    return static_cast<std::int64_t>(known_.size());
  }

 private:
  std::vector<int> order_;
  SegmentCosts& costs_;
  std::unordered_map<std::int64_t, std::optional<StageCost>> known_;
};

}  // namespace coralline
