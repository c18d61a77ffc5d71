#include "coralline/plan/scaled_costs.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace coralline {

using std::chrono::nanoseconds;

nanoseconds Scaled(nanoseconds time, double factor) {
  return nanoseconds(static_cast<std::int64_t>(
      std::floor(factor * static_cast<double>(time.count()))));
}

StageCost Scaled(StageCost cost, double factor) {
  cost.busy = std::max(nanoseconds(1), Scaled(cost.busy, factor));
  return cost;
}

CostFloors Scaled(const CostFloors& floors, double factor) {
  CostFloors scaled = floors;
  scaled.stage = Scaled(floors.stage, factor);
  // The cost of each stage is rounded down, so their sum may be less.
  if (factor != 1) {
    scaled.all = nanoseconds(0);
    scaled.by_classes.clear();
  }
  for (nanoseconds& op : scaled.ops) op = Scaled(op, factor);
  if (floors.together) {
    scaled.together = [together = floors.together, factor](int num_stages) {
      return Scaled(together(num_stages), factor);
    };
  }
  return scaled;
}

std::optional<StageCost> ScaledCosts::Of(std::span<const int> ops,
                                         int device_class) {
  const ScaledClass& scaled = classes_[device_class];
  const auto cost = costs_.Of(ops, scaled.of);
  return cost ? std::optional(Scaled(*cost, scaled.factor)) : std::nullopt;
}

}  // namespace coralline
