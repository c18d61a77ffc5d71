#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "coralline/plan/problem.h"

namespace coralline {

/// Rounded down, so that scaled floors stay below scaled costs.
std::chrono::nanoseconds Scaled(std::chrono::nanoseconds time, double factor);
/// Its busy time; what it holds of the host and the link stays.
StageCost Scaled(StageCost cost, double factor);
/// Without `all` and `by_classes` where the factor is no 1.
CostFloors Scaled(const CostFloors& floors, double factor);

/// A class of devices that take a multiple of the time of another class.
struct ScaledClass {
  int of = 0;  ///< a class of the costs that are scaled
  double factor = 1;
};

/// Costs on such classes. Keeps a reference to the costs.
class ScaledCosts : public SegmentCosts {
 public:
  ScaledCosts(SegmentCosts& costs, std::vector<ScaledClass> classes)
      : costs_(costs), classes_(std::move(classes)) {}

  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override;

 private:
  SegmentCosts& costs_;
  std::vector<ScaledClass> classes_;
};

}  // namespace coralline
