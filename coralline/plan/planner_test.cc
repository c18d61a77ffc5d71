#include "coralline/plan/planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "coralline/plan/reference_planner.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing_util::ChainOfOps;
using testing_util::CostsBy;
using testing_util::ReferencePlanner;
using testing_util::SumOf;
using testing_util::TableCosts;

std::vector<std::vector<int>> OpsOf(const Plan& plan) {
  std::vector<std::vector<int>> ops;
  for (const PlannedStage& stage : plan.stages)
    ops.push_back(stage.segment.ops);
  return ops;
}

TEST(FindPlan, CutsBeforeTheHeavyOp) {
  auto costs = SumOf({2, 3, 1, 7});
  const auto plan = FindPlan({.precedence = ChainOfOps(4),
                              .classes = {{.count = 2}},
                              .max_replicas = 1,
                              .costs = &costs},
                             {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(OpsOf(*plan), (std::vector<std::vector<int>>{{0, 1, 2}, {3}}));
  EXPECT_EQ(plan->period, nanoseconds(7));
  EXPECT_EQ(plan->latency, nanoseconds(13));
  EXPECT_EQ(plan->certificate->claim, Claim::kAllOrders);
  EXPECT_EQ(plan->certificate->bound, 7);
}

TEST(FindPlan, ReplicatesTheHeavyOp) {
  auto costs = SumOf({2, 3, 1, 14});
  const auto plan = FindPlan(
      {.precedence = ChainOfOps(4), .classes = {{.count = 3}}, .costs = &costs},
      {});
  ASSERT_TRUE(plan);
  // All three devices alike, each with all of it, are as fast as 20 / 3.
  EXPECT_EQ(plan->period, nanoseconds(7));
  EXPECT_EQ(plan->num_devices(), 3);
}

TEST(FindPlan, UsesFewerDevicesWhereMoreDoNotHelp) {
  auto costs = SumOf({5, 10, 5});
  const auto plan = FindPlan({.precedence = ChainOfOps(3),
                              .classes = {{.count = 8}},
                              .max_replicas = 1,
                              .costs = &costs},
                             {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->period, nanoseconds(10));
  // The two of 5 are not side by side.
  EXPECT_EQ(plan->num_devices(), 3);
  auto front_heavy = SumOf({10, 5, 5});
  EXPECT_EQ(FindPlan({.precedence = ChainOfOps(3),
                      .classes = {{.count = 8}},
                      .max_replicas = 1,
                      .costs = &front_heavy},
                     {})
                ->num_devices(),
            2);
}

TEST(FindPlan, TakesTheEarliestCutsOfEqualPlans) {
  auto costs = SumOf({1, 1, 1, 5});
  const auto plan = FindPlan({.precedence = ChainOfOps(4),
                              .classes = {{.count = 3}},
                              .max_replicas = 1,
                              .costs = &costs},
                             {});
  EXPECT_EQ(OpsOf(*plan), (std::vector<std::vector<int>>{{0, 1, 2}, {3}}));
}

TEST(FindPlan, FindsOrdersThatTheFirstDoesNotAllow) {
  // Two branches, 0-2 and 1-3, in an order that mixes them: only a segment with
  // one whole branch is cheap.
  TableCosts costs;
  for (std::uint32_t set = 1; set < 16; ++set) {
    const bool is_branch = set == 0b0101 || set == 0b1010;
    costs.Set(set, 0, {.busy = nanoseconds(is_branch ? 1 : 100)});
  }
  const PlanProblem problem{.precedence = {{}, {}, {0}, {1}},
                            .classes = {{.count = 2}},
                            .max_replicas = 1,
                            .costs = &costs};
  const auto any = FindPlan(problem, {});
  EXPECT_EQ(any->period, nanoseconds(1));
  EXPECT_EQ(any->certificate->claim, Claim::kAllOrders);
  const auto one = FindPlan(problem, {.all_orders = false});
  EXPECT_EQ(one->period, nanoseconds(100));
  EXPECT_EQ(one->certificate->claim, Claim::kOneOrder);
}

TEST(FindPlan, SaysWhatItDidNotProve) {
  TableCosts costs;
  for (std::uint32_t set = 1; set < 16; ++set) {
    costs.Set(set, 0, {.busy = nanoseconds(10 + set)});
  }
  const PlanProblem problem{
      .precedence = {{}, {}, {0}, {1}},
      .classes = {{.count = 2}},
      .costs = &costs,
      .floors = {.ops = std::vector<nanoseconds>(4, nanoseconds(2)),
                 .stage = nanoseconds(1)}};
  for (const PlanOptions& options :
       {PlanOptions{.max_boundaries = 3}, PlanOptions{.max_segments = 2}}) {
    const auto plan = FindPlan(problem, options);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->certificate->claim, Claim::kWithin);
    // Nine on two devices, or the longest op.
    EXPECT_EQ(plan->certificate->bound, 5);
    // Two segments of orders are looked at, too; an order is searched whole.
    EXPECT_EQ(plan->certificate->orders, options.max_segments == 2 ? 2 : 100);
  }
}

TEST(FindPlan, HasNoPlanWhereAnOpRunsNowhere) {
  TableCosts costs;
  costs.Set(1, 0, {.busy = nanoseconds(1)});
  EXPECT_FALSE(FindPlan(
      {.precedence = ChainOfOps(2), .classes = {{.count = 2}}, .costs = &costs},
      {}));
}

TEST(FindPlan, HasNoPlanForATargetOutOfReach) {
  auto costs = SumOf({5, 5});
  const PlanProblem problem{
      .precedence = ChainOfOps(2), .classes = {{.count = 4}}, .costs = &costs};
  PlanOptions options{.objective = Objective::kDevices,
                      .target_period = nanoseconds(2)};
  EXPECT_FALSE(FindPlan(problem, options));
  options.target_period = nanoseconds(3);
  EXPECT_EQ(FindPlan(problem, options)->num_devices(), 4);
  options.target_period = nanoseconds(5);
  EXPECT_EQ(FindPlan(problem, options)->num_devices(), 2);
}

TEST(FindPlan, CountsWhatStagesShare) {
  // Three stages would take 3 each, but the host is held 2 by each of them.
  auto sums = SumOf({3, 3, 3});
  CostsBy costs([&sums](std::span<const int> ops) {
    auto cost = sums.Of(ops, 0);
    cost->host = nanoseconds(2);
    return cost;
  });
  const auto plan = FindPlan(
      {.precedence = ChainOfOps(3), .classes = {{.count = 3}}, .costs = &costs},
      {});
  EXPECT_EQ(plan->period, nanoseconds(3));
  EXPECT_EQ(plan->stages.size(), 1);
  EXPECT_EQ(plan->stages[0].replicas, 3);
}

// Instances of every kind, small enough for the reference.
class Instance {
 public:
  explicit Instance(std::uint64_t seed) : random_(seed) {
    const int num_ops = Below(1, 6);
    const bool is_chain = Below(0, 2) == 0;
    problem_.precedence = is_chain ? ChainOfOps(num_ops) : Dag(num_ops);
    const int num_classes = Below(1, 2);
    for (int c = 0; c < num_classes; ++c) {
      problem_.classes.push_back(
          {.count = Below(c == 0 ? 1 : 0, 3), .shares_link = Below(0, 3) == 0});
    }
    problem_.max_replicas = Below(1, 4);
    has_host_ = Below(0, 2) == 0;
    MakeFloors();
    MakeCosts(Below(0, 1) == 0, Below(0, 2) == 0);
    problem_.costs = &costs_;
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const PlanProblem& problem() const { return problem_; }
  const TableCosts& costs() const { return costs_; }

  PlanOptions Options() {
    PlanOptions options{.objective = static_cast<Objective>(Below(0, 2)),
                        .all_orders = Below(0, 3) > 0};
    options.target_period = nanoseconds(Below(1, 60));
    if (Below(0, 2) == 0) options.max_devices = Below(1, 4);
    return options;
  }

 private:
  int Below(int low, int high) {
    return std::uniform_int_distribution(low, high)(random_);
  }

  Precedence Dag(int num_ops) {
    Precedence precedence(num_ops);
    for (int op = 1; op < num_ops; ++op) {
      for (int before = 0; before < op; ++before) {
        if (Below(0, 2) == 0) precedence[op].push_back(before);
      }
    }
    return precedence;
  }

  void MakeFloors() {
    if (Below(0, 1) == 0) return;
    problem_.floors.stage = nanoseconds(Below(0, 3));
    for (int op = 0; op < problem_.num_ops(); ++op) {
      problem_.floors.ops.emplace_back(Below(0, 8));
    }
  }

  nanoseconds FloorOf(std::uint32_t set) const {
    nanoseconds floor = problem_.floors.stage;
    for (std::size_t op = 0; op < problem_.floors.ops.size(); ++op) {
      if (((set >> op) & 1U) != 0) floor += problem_.floors.ops[op];
    }
    return floor;
  }

  void MakeCosts(bool is_additive, bool some_run_nowhere) {
    for (std::size_t c = 0; c < problem_.classes.size(); ++c) {
      std::vector<int> ns;
      for (int op = 0; op < problem_.num_ops(); ++op)
        ns.push_back(Below(1, 20));
      const auto all = std::uint32_t{1} << problem_.num_ops();
      for (std::uint32_t set = 1; set < all; ++set) {
        if (some_run_nowhere && Below(0, 5) == 0) continue;
        StageCost cost{.busy = FloorOf(set)};
        for (int op = 0; is_additive && op < problem_.num_ops(); ++op) {
          if (((set >> op) & 1U) != 0) cost.busy += nanoseconds(ns[op]);
        }
        if (!is_additive) cost.busy += nanoseconds(Below(1, 60));
        if (has_host_) cost.host = nanoseconds(Below(0, 9));
        cost.link = nanoseconds(Below(0, 9));
        cost.can_replicate = Below(0, 4) > 0;
        costs_.Set(set, static_cast<int>(c), cost);
      }
    }
  }

  std::mt19937_64 random_;
  PlanProblem problem_;
  TableCosts costs_;
  bool has_host_ = false;
};

TEST(FindPlan, EqualsTheReferenceOnRandomInstances) {
  constexpr int kInstances = 30000;
  int solved = 0;
  for (int seed = 0; seed < kInstances; ++seed) {
    Instance instance(seed);
    const PlanOptions options = instance.Options();
    const auto plan = FindPlan(instance.problem(), options);
    const auto reference =
        ReferencePlanner(instance.problem(), instance.costs(), options).Run();
    ASSERT_EQ(plan.has_value(), reference.has_value()) << "seed " << seed;
    if (!plan) continue;
    ++solved;
    ASSERT_EQ(ValueOf(*plan, options.objective),
              ValueOf(*reference, options.objective))
        << "seed " << seed;
    // Of one order the cuts are the earliest, too.
    if (!options.all_orders) {
      ASSERT_EQ(plan->stages, reference->stages) << "seed " << seed;
    }
    // The plan is what it says it is.
    Plan again = MakePlan(plan->stages, instance.problem().classes);
    EXPECT_EQ(again.period, plan->period);
    EXPECT_LE(plan->certificate->bound,
              std::get<0>(ValueOf(*plan, options.objective)));
    if (plan->certificate->claim != Claim::kWithin) {
      EXPECT_EQ(plan->certificate->bound,
                std::get<0>(ValueOf(*plan, options.objective)));
    }
    EXPECT_LE(FloorBound(instance.problem(), options),
              plan->certificate->bound);
  }
  EXPECT_GT(solved, kInstances / 2);
}

TEST(ParetoFront, HoldsTheBestOfEachKind) {
  int plans = 0;
  for (int seed = 0; seed < 500; ++seed) {
    Instance instance(seed);
    const auto front = ParetoFront(instance.problem(), 0);
    plans += static_cast<int>(front.size());
    for (const Objective objective :
         {Objective::kThroughput, Objective::kLatency}) {
      const auto best = FindPlan(instance.problem(),
                                 {.objective = objective, .all_orders = false});
      ASSERT_EQ(best.has_value(), !front.empty()) << "seed " << seed;
      if (!best) continue;
      const auto least = std::get<0>(
          ValueOf(*std::min_element(front.begin(), front.end(),
                                    [&](const Plan& a, const Plan& b) {
                                      return ValueOf(a, objective) <
                                             ValueOf(b, objective);
                                    }),
                  objective));
      EXPECT_EQ(least, std::get<0>(ValueOf(*best, objective)))
          << "seed " << seed;
    }
    for (const Plan& a : front) {
      for (const Plan& b : front) {
        const bool beats = a.period <= b.period && a.latency <= b.latency &&
                           a.num_devices() <= b.num_devices();
        EXPECT_TRUE(&a == &b || !beats) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(plans, 700);
}

}  // namespace
}  // namespace coralline
