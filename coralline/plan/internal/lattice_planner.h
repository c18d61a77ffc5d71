#pragma once

#include <cstdint>
#include <optional>

#include "coralline/plan/internal/candidates.h"
#include "coralline/plan/internal/label_search.h"
#include "coralline/plan/internal/lattice.h"
#include "coralline/plan/planner.h"

namespace coralline {

/// Finds the best plan among those that cut at the boundaries of one lattice.
class LatticePlanner {
 public:
  struct Options {
    PlanOptions plan;
    /// The plan to beat, if there is one: worse ones are not looked at.
    std::optional<PlanValue> incumbent;
    std::int64_t max_segments = kNoLimit;
    std::function<bool()> should_stop;
  };

  /// Asks for the costs. Keeps references to the problem and the lattice.
  LatticePlanner(const PlanProblem& problem, const Lattice& lattice,
                 const Options& options);

  /// nullopt where there is none as good as the incumbent.
  std::optional<Plan> Best();

  /// The plans of a period within `limits` that no other beats in latency and
  /// devices.
  std::vector<Plan> PlansWithin(const PlanLimits& limits);

  /// Whether every segment was looked at.
  bool is_complete() const { return candidates_.is_complete(); }
  std::int64_t num_segments() const { return candidates_.num_segments(); }
  const PlanLimits& limits() const { return limits_; }

 private:
  std::optional<Plan> MostThroughput(PlanLimits limits);
  std::optional<Plan> LeastLatency(PlanLimits limits);
  std::optional<Plan> FewestDevices(PlanLimits limits);
  std::optional<std::int64_t> LeastPeriod(const PlanLimits& limits);
  // The smallest period up to high for which the condition holds, as it does
  // at high.
  template <typename Holds>
  std::int64_t Bisect(std::int64_t low, std::int64_t high,
                      const Holds& holds) const;
  bool MayBeFeasible(const PlanLimits& limits) const;
  LabelSearch Search(const PlanLimits& limits, bool with_latency) const;
  Plan PlanOf(const LabelSearch& search, const PlanLimits& limits) const;

  const PlanProblem& problem_;
  const Lattice& lattice_;
  Options options_;
  PlanLimits limits_;
  Candidates candidates_;
};

}  // namespace coralline
