#include "coralline/plan/internal/order_costs.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {

Segment SegmentOfOrder(std::span<const int> order, int begin, int end) {
  CORALLINE_CHECK(0 <= begin && begin < end &&
                  end <= static_cast<int>(order.size()));
  Segment segment{{order.begin() + begin, order.begin() + end}};
  std::sort(segment.ops.begin(), segment.ops.end());
  return segment;
}

std::vector<Segment> SegmentsOfOrder(std::span<const int> order,
                                     std::span<const int> cuts) {
  std::vector<Segment> segments;
  int begin = 0;
  for (const int cut : cuts) {
    segments.push_back(SegmentOfOrder(order, begin, cut));
    begin = cut;
  }
  const int num_ops = static_cast<int>(order.size());
  segments.push_back(SegmentOfOrder(order, begin, num_ops));
  return segments;
}

OrderCosts::OrderCosts(std::vector<int> order, SegmentCosts& costs)
    : order_(std::move(order)), costs_(costs) {}

std::optional<StageCost> OrderCosts::Of(int begin, int end) {
  CORALLINE_CHECK(0 <= begin && begin < end && end <= num_ops());
  const std::int64_t key = std::int64_t{begin} * (num_ops() + 1) + end;
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  const auto ops = this->order().subspan(begin, end - begin);
  return known_.emplace(key, costs_.Of(ops, 0)).first->second;
}

}  // namespace coralline
