#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "coralline/sweep/sweep.h"

namespace coralline {

/// Rows side by side: what follows from several of them.
class SweepSummary {
 public:
  /// Keeps a reference to the rows. The objective is the sweep's.
  SweepSummary(const std::vector<SweepRow>& rows, Objective objective);

  /// Each once, in the order of the rows.
  const std::vector<SweptModel>& models() const { return models_; }
  const std::vector<int>& counts() const { return counts_; }
  const std::vector<Strategy>& strategies() const { return strategies_; }

  /// Null where the sweep had no such cell, or did not come to it.
  const SweepRow* Find(const std::string& model, int count,
                       Strategy strategy) const;

  /// How many times as often as the whole model on one device it gives results:
  /// the paper's speed-up. nullopt where either has no plan.
  static std::optional<double> SpeedUp(const SweepRow& row);
  /// How many times as good as this row's the optimal plan for as many devices
  /// is in the objective.
  std::optional<double> OptimalAhead(const SweepRow& row) const;

  /// The fewest devices with which the optimal plan is within 5 % of the best
  /// for any greater number that was swept; nullopt where there is no plan.
  std::optional<int> EnoughDevices(const std::string& model) const;

 private:
  std::chrono::nanoseconds Value(const SweptPlan& plan) const;

  Objective objective_;
  std::vector<SweptModel> models_;
  std::vector<int> counts_;
  std::vector<Strategy> strategies_;
  std::map<std::tuple<std::string, int, Strategy>, const SweepRow*> rows_;
};

}  // namespace coralline
