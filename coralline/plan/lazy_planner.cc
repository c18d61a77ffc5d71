#include "coralline/plan/lazy_planner.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coralline/base/check.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

// What is measured of a segment, and the optimistic cost of all others.
class KnownCosts : public SegmentCosts {
 public:
  KnownCosts(SegmentCosts& assumed, double optimism)
      : assumed_(assumed), optimism_(optimism) {}

  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override {
    const auto* known = Find(ops, device_class);
    if (known != nullptr) return *known;
    auto cost = assumed_.Of(ops, device_class);
    if (cost) cost->busy = std::max(nanoseconds(1), Scaled(cost->busy));
    return cost;
  }

  bool IsKnown(std::span<const int> ops, int device_class) const {
    return Find(ops, device_class) != nullptr;
  }

  // Keeps a measurement, and learns from one that is faster than assumed.
  void Learn(std::span<const int> ops, int device_class,
             const std::optional<StageCost>& measured) {
    const auto assumed = assumed_.Of(ops, device_class);
    CORALLINE_CHECK(assumed.has_value());
    known_[Key(ops, device_class)] = measured;
    if (!measured) return;
    optimism_ =
        std::min(optimism_, static_cast<double>(measured->busy.count()) /
                                static_cast<double>(assumed->busy.count()));
  }

  // Rounded down, so that scaled floors stay below scaled costs.
  nanoseconds Scaled(nanoseconds time) const {
    return nanoseconds(static_cast<std::int64_t>(
        std::floor(optimism_ * static_cast<double>(time.count()))));
  }
  double optimism() const { return optimism_; }

 private:
  // A sum over the ops, so that their order does not matter and a lookup is
  // cheap; two of some thousand segments are alike with a chance of 1e-12.
  static std::uint64_t Key(std::span<const int> ops, int device_class) {
    std::uint64_t key = Mix(~static_cast<std::uint64_t>(device_class));
    for (const int op : ops) key += Mix(static_cast<std::uint64_t>(op) + 1);
    return key;
  }

  // The finaliser of splitmix64.
  static std::uint64_t Mix(std::uint64_t x) {
    x *= 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  }

  const std::optional<StageCost>* Find(std::span<const int> ops,
                                       int device_class) const {
    if (known_.empty()) return nullptr;
    const auto found = known_.find(Key(ops, device_class));
    return found == known_.end() ? nullptr : &found->second;
  }

  SegmentCosts& assumed_;
  double optimism_;
  std::unordered_map<std::uint64_t, std::optional<StageCost>> known_;
};

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
      const double assumed = known_.optimism();
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
    result_.optimism = known_.optimism();
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
    current.floors.stage = known_.Scaled(current.floors.stage);
    for (auto& floor : current.floors.ops) floor = known_.Scaled(floor);
    if (problem_.floors.together) {
      current.floors.together = [this](int stages) {
        return known_.Scaled(problem_.floors.together(stages));
      };
    }
    return current;
  }

  // Whether all were known before.
  bool MeasureStages(const Plan& plan) {
    bool were_known = true;
    for (const PlannedStage& stage : plan.stages) {
      const auto& ops = stage.segment.ops;
      if (known_.IsKnown(ops, stage.device_class)) continue;
      were_known = false;
      if (ShouldStop()) break;
      if (options_.progress)
        options_.progress(result_.measured, result_.rounds);
      const auto measured = measure_(ops, stage.device_class);
      if (!measured) break;
      const std::optional<StageCost>& cost = *measured;
      known_.Learn(ops, stage.device_class, cost);
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
    const double factor = known_.optimism() / assumed;
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
      const bool is_known =
          known_.IsKnown(stage.segment.ops, stage.device_class);
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
