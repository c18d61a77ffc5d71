#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

#include "coralline/plan/problem.h"

namespace coralline {

/// What is known of some segments, such as measured, and a multiple of assumed
/// costs for all others.
class KnownCosts : public SegmentCosts {
 public:
  /// Keeps a reference to the costs.
  explicit KnownCosts(SegmentCosts& assumed, double factor = 1)
      : assumed_(assumed), factor_(factor) {}

  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override;

  /// nullopt: the devices refuse the segment. Replaces what was known.
  void Learn(std::span<const int> ops, int device_class,
             const std::optional<StageCost>& cost);

  /// Null where nothing is known. The order of the ops does not matter.
  const std::optional<StageCost>* Find(std::span<const int> ops,
                                       int device_class) const;

  double factor() const { return factor_; }
  void set_factor(double factor) { factor_ = factor; }

 private:
  SegmentCosts& assumed_;
  double factor_;
  std::unordered_map<std::uint64_t, std::optional<StageCost>> known_;
};

}  // namespace coralline
