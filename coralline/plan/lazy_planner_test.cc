#include "coralline/plan/lazy_planner.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

// A chain whose ops take some time, as does every stage; what does not fit a
// device is slow.
class ChainCosts : public SegmentCosts {
 public:
  ChainCosts(int num_ops, std::uint64_t seed) : random_(seed) {
    for (int op = 0; op < num_ops; ++op) ns_.push_back(1000 + Below(5000));
  }
  std::optional<StageCost> Of(std::span<const int> ops, int) override {
    nanoseconds sum{2000};
    for (const int op : ops) sum += nanoseconds(ns_[op]);
    if (ops.size() > ns_.size() / 3) sum *= 2;
    return StageCost{.busy = sum};
  }
  int Below(int limit) {
    return std::uniform_int_distribution(0, limit - 1)(random_);
  }

 private:
  std::mt19937_64 random_;
  std::vector<int> ns_;
};

// What a measurement gives: the assumed cost times something that depends on
// the segment.
class RealCosts : public SegmentCosts {
 public:
  RealCosts(SegmentCosts& assumed, double from, double to)
      : assumed_(assumed), from_(from), to_(to) {}
  std::optional<StageCost> Of(std::span<const int> ops, int c) override {
    auto cost = assumed_.Of(ops, c);
    std::mt19937_64 random(ops.front() * 1000 + ops.back());
    const double factor =
        std::uniform_real_distribution<double>(from_, to_)(random);
    cost->busy = nanoseconds(static_cast<std::int64_t>(
        factor * static_cast<double>(cost->busy.count())));
    return cost;
  }

 private:
  SegmentCosts& assumed_;
  double from_;
  double to_;
};

constexpr int kOps = 60;

PlanProblem ProblemOf(SegmentCosts& costs, int devices) {
  return {.precedence = testing_util::ChainOfOps(kOps),
          .classes = {{.count = devices}},
          .costs = &costs};
}

TEST(PlanLazily, FindsTheBestPlanOfTheMeasuredCosts) {
  for (int seed = 0; seed < 20; ++seed) {
    ChainCosts assumed(kOps, seed);
    RealCosts real(assumed, 1, 1.1);
    for (const Objective objective :
         {Objective::kThroughput, Objective::kLatency}) {
      const PlanOptions options{.objective = objective};
      const auto best = FindPlan(ProblemOf(real, 4), options);
      std::set<std::pair<int, int>> measured;
      const LazyResult lazy = PlanLazily(
          ProblemOf(assumed, 4),
          [&](std::span<const int> ops, int c) {
            EXPECT_TRUE(measured.insert({ops.front(), ops.back()}).second);
            return real.Of(ops, c);
          },
          {.plan = options});
      ASSERT_TRUE(lazy.plan && lazy.is_finished);
      EXPECT_EQ(ValueOf(*lazy.plan, objective), ValueOf(*best, objective));
      EXPECT_EQ(lazy.plan->certificate->claim, Claim::kAllOrders);
      EXPECT_EQ(lazy.measured, static_cast<std::int64_t>(measured.size()));
      EXPECT_EQ(lazy.optimism, 1);
      EXPECT_LE(lazy.measured, kOps * (kOps + 1) / 2 / 10);
    }
  }
}

TEST(PlanLazily, LearnsThatItsCostsWereNoBounds) {
  ChainCosts assumed(kOps, 1);
  RealCosts real(assumed, 0.8, 0.9);
  const LazyResult lazy = PlanLazily(
      ProblemOf(assumed, 4),
      [&](std::span<const int> ops, int c) { return real.Of(ops, c); }, {});
  ASSERT_TRUE(lazy.is_finished);
  EXPECT_LT(lazy.optimism, 0.9);
  EXPECT_GE(lazy.optimism, 0.8);
  // Not promised, as the costs were no bounds, but it is near.
  const auto best = FindPlan(ProblemOf(real, 4), {});
  EXPECT_LE(lazy.plan->period, best->period * 1.05);
}

TEST(PlanLazily, GoesAroundWhatTheDevicesRefuse) {
  ChainCosts assumed(kOps, 1);
  const LazyResult lazy = PlanLazily(
      ProblemOf(assumed, 4),
      [&](std::span<const int> ops, int c) -> std::optional<StageCost> {
        if (ops.size() > 10) return std::nullopt;
        return assumed.Of(ops, c);
      },
      {.plan = {.max_devices = 8}});
  // Four devices take 40 ops at most.
  EXPECT_FALSE(lazy.plan);
  EXPECT_GT(lazy.refused, 0);
}

TEST(PlanLazily, EndsWithinAGapOrWhenItIsStopped) {
  ChainCosts assumed(kOps, 3);
  RealCosts real(assumed, 1, 1.5);
  const auto measure = [&](std::span<const int> ops, int c) {
    return real.Of(ops, c);
  };
  const LazyResult all = PlanLazily(ProblemOf(assumed, 4), measure, {});
  const LazyResult near =
      PlanLazily(ProblemOf(assumed, 4), measure, {.gap = 0.1});
  EXPECT_LT(near.measured, all.measured);
  EXPECT_EQ(near.plan->certificate->claim, Claim::kWithin);
  EXPECT_LE(static_cast<double>(near.plan->period.count()),
            1.1 * static_cast<double>(near.plan->certificate->bound));
  int left = 9;
  const LazyResult stopped =
      PlanLazily(ProblemOf(assumed, 4),
                 [&](std::span<const int> ops, int c) {
                   --left;
                   return real.Of(ops, c);
                 },
                 {.plan = {.should_stop = [&] { return left <= 0; }}});
  ASSERT_TRUE(stopped.plan);
  EXPECT_FALSE(stopped.is_finished);
  EXPECT_EQ(stopped.measured, 9);
  EXPECT_LE(stopped.plan->certificate->bound, all.plan->period.count());
}

TEST(PlanLazily, DoesNotUseWhatWasStoppedHalfway) {
  ChainCosts assumed(kOps, 3);
  RealCosts real(assumed, 1, 1.5);
  int measured = 0;
  bool is_stopped = false;
  const LazyResult stopped =
      PlanLazily(ProblemOf(assumed, 4),
                 [&](std::span<const int> ops,
                     int c) -> std::optional<std::optional<StageCost>> {
                   is_stopped = ++measured > 9;
                   if (is_stopped) return std::nullopt;
                   return real.Of(ops, c);
                 },
                 {.plan = {.should_stop = [&] { return is_stopped; }}});
  EXPECT_EQ(stopped.measured, 9);
  EXPECT_EQ(stopped.learnt.size(), 9);
  ASSERT_TRUE(stopped.plan);
  for (const PlannedStage& stage : stopped.plan->stages) {
    EXPECT_EQ(stage.cost, real.Of(stage.segment.ops, 0));
  }
}

}  // namespace
}  // namespace coralline
