#include "coralline/plan/lazy_planner.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "coralline/base/check.h"
#include "coralline/plan/known_costs.h"
#include "coralline/plan/scaled_costs.h"

namespace coralline {
namespace {

class LazyPlanner {
 public:
  LazyPlanner(const PlanProblem& problem, const MeasureCost& measure,
              const LazyOptions& options)
      : problem_(problem),
        measure_(measure),
        options_(options),
        known_(*problem.costs, options.optimism) {}

  LazyResult Run() {
    while (!ShouldStop()) {
      ++result_.rounds;
      const double assumed = known_.factor();
      auto plan = FindPlan(Current(), options_.plan);
      if (!plan) break;
      if (MeasureStages(*plan)) {
        Finish(std::move(*plan));
        break;
      }
      KeepBound(*plan->certificate, assumed);
      KeepIfBetter(*plan);
      if (IsCloseEnough()) break;
    }
    if (result_.plan && !result_.is_finished) {
      result_.plan->certificate = certificate_;
    }
    result_.optimism = known_.factor();
    return std::move(result_);
  }

 private:
  bool ShouldStop() const {
    return options_.plan.should_stop && options_.plan.should_stop();
  }

  // The problem with what is known by now.
  PlanProblem Current() {
    PlanProblem current = problem_;
    current.costs = &known_;
    current.floors = Scaled(problem_.floors, known_.factor());
    return current;
  }

  bool IsKnown(std::span<const int> ops, int device_class) const {
    return known_.Find(ops, device_class) != nullptr;
  }

  // Keeps a measurement, and learns from one that is faster than assumed.
  void Learn(std::span<const int> ops, int device_class,
             const std::optional<StageCost>& measured) {
    known_.Learn(ops, device_class, measured);
    if (!measured) return;
    const auto assumed = problem_.costs->Of(ops, device_class);
    CORALLINE_CHECK(assumed.has_value());
    known_.set_factor(std::min(known_.factor(),
                               static_cast<double>(measured->busy.count()) /
                                   static_cast<double>(assumed->busy.count())));
  }

  // Whether all were known before.
  bool MeasureStages(const Plan& plan) {
    bool were_known = true;
    for (const PlannedStage& stage : plan.stages) {
      const auto& ops = stage.segment.ops;
      if (IsKnown(ops, stage.device_class)) continue;
      were_known = false;
      if (ShouldStop()) break;
      if (options_.progress)
        options_.progress(result_.measured, result_.rounds);
      const auto measured = measure_(ops, stage.device_class);
      if (!measured) break;
      const std::optional<StageCost>& cost = *measured;
      Learn(ops, stage.device_class, cost);
      result_.learnt.push_back({stage.segment, stage.device_class, cost});
      ++result_.measured;
      if (!cost) ++result_.refused;
    }
    return were_known;
  }

  // What the round proved, for the costs that are assumed after it: all of them
  // are lower by the same factor at most.
  void KeepBound(const Certificate& proved, double assumed) {
    certificate_ = proved;
    certificate_->claim = Claim::kWithin;
    const double factor = known_.factor() / assumed;
    if (factor >= 1) return;
    certificate_->bound =
        options_.plan.objective == Objective::kDevices
            ? 1
            : static_cast<std::int64_t>(
                  std::floor(factor * static_cast<double>(proved.bound)));
  }

  // The plan with what its stages really cost.
  void KeepIfBetter(const Plan& planned) {
    std::vector<PlannedStage> stages = planned.stages;
    for (PlannedStage& stage : stages) {
      const bool is_known = IsKnown(stage.segment.ops, stage.device_class);
      const auto cost = known_.Of(stage.segment.ops, stage.device_class);
      if (!is_known || !cost) return;
      stage.cost = *cost;
    }
    Plan plan = MakePlan(std::move(stages), problem_.classes);
    const Objective objective = options_.plan.objective;
    if (objective == Objective::kDevices &&
        plan.period > options_.plan.target_period) {
      return;
    }
    if (!result_.plan ||
        ValueOf(plan, objective) < ValueOf(*result_.plan, objective)) {
      result_.plan = std::move(plan);
    }
  }

  bool IsCloseEnough() const {
    if (!result_.plan || options_.gap <= 0) return false;
    const auto value =
        std::get<0>(ValueOf(*result_.plan, options_.plan.objective));
    return static_cast<double>(value) <=
           (1 + options_.gap) * static_cast<double>(certificate_->bound);
  }

  void Finish(Plan plan) {
    result_.plan = std::move(plan);
    result_.is_finished = true;
  }

  const PlanProblem& problem_;
  const MeasureCost& measure_;
  const LazyOptions& options_;
  KnownCosts known_;
  std::optional<Certificate> certificate_;  // of the last round
  LazyResult result_;
};

}  // namespace

LazyResult PlanLazily(const PlanProblem& problem, const MeasureCost& measure,
                      const LazyOptions& options) {
  return LazyPlanner(problem, measure, options).Run();
}

}  // namespace coralline
