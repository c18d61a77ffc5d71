#include "coralline/plan/certificate_check.h"

#include <gtest/gtest.h>

#include <random>

#include "coralline/plan/reference_planner.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing_util::ChainOfOps;
using testing_util::ReferencePlanner;
using testing_util::SumOf;
using testing_util::TableCosts;
using Verdict = BoundCheck::Verdict;

TEST(CheckBound, ProvesAnOptimumAndRefusesMore) {
  auto costs = SumOf({2, 3, 1, 7});
  const PlanProblem problem{.precedence = ChainOfOps(4),
                            .classes = {{.count = 2}},
                            .max_replicas = 1,
                            .costs = &costs};
  const auto verdict = [&](std::int64_t bound) {
    return CheckBound(problem, {}, {.claim = Claim::kAllOrders, .bound = bound})
        .verdict;
  };
  EXPECT_EQ(verdict(1), Verdict::kHolds);
  EXPECT_EQ(verdict(7), Verdict::kHolds);
  EXPECT_EQ(verdict(8), Verdict::kBeaten);
}

TEST(CheckBound, LooksAtOtherOrdersOnlyWhereTheClaimIsAboutThem) {
  TableCosts costs;
  for (std::uint32_t set = 1; set < 16; ++set) {
    const bool is_branch = set == 0b0101 || set == 0b1010;
    costs.Set(set, 0, {.busy = nanoseconds(is_branch ? 1 : 100)});
  }
  const PlanProblem problem{.precedence = {{}, {}, {0}, {1}},
                            .classes = {{.count = 2}},
                            .max_replicas = 1,
                            .costs = &costs};
  const auto verdict = [&](Claim claim) {
    return CheckBound(problem, {}, {.claim = claim, .bound = 100}).verdict;
  };
  EXPECT_EQ(verdict(Claim::kOneOrder), Verdict::kHolds);
  EXPECT_EQ(verdict(Claim::kAllOrders), Verdict::kBeaten);
  EXPECT_EQ(verdict(Claim::kWithin), Verdict::kBeaten);
}

TEST(CheckBound, TakesTheFloorsWhereTheySuffice) {
  auto costs = SumOf({4, 4, 4, 4});
  PlanProblem problem{.precedence = {{}, {}, {}, {}},
                      .classes = {{.count = 2}},
                      .costs = &costs};
  const PlanOptions options{.max_boundaries = 4};
  const Certificate certificate{.claim = Claim::kWithin, .bound = 8};
  EXPECT_EQ(CheckBound(problem, options, certificate).verdict,
            Verdict::kUndecided);
  problem.floors.ops.assign(4, nanoseconds(4));
  EXPECT_EQ(CheckBound(problem, options, certificate).verdict, Verdict::kHolds);
}

TEST(CheckBound, IsUndecidedWhenStopped) {
  std::vector<int> busy(100, 10);
  auto costs = SumOf(busy);
  const PlanProblem problem{.precedence = ChainOfOps(100),
                            .classes = {{.count = 100}},
                            .costs = &costs};
  const Certificate certificate{.claim = Claim::kAllOrders, .bound = 10};
  EXPECT_EQ(
      CheckBound(problem, {.should_stop = [] { return true; }}, certificate)
          .verdict,
      Verdict::kUndecided);
  EXPECT_EQ(CheckBound(problem, {}, certificate).verdict, Verdict::kHolds);
}

// A problem of up to 6 ops with costs of no rule, of one or two classes.
struct RandomProblem {
  explicit RandomProblem(std::mt19937& random) {
    const int num_ops = 2 + static_cast<int>(random() % 5);
    problem.precedence.resize(num_ops);
    for (int op = 0; op < num_ops; ++op) {
      for (int before = 0; before < op; ++before) {
        if (random() % 3 == 0) problem.precedence[op].push_back(before);
      }
    }
    const int num_classes = 1 + static_cast<int>(random() % 2);
    for (int c = 0; c < num_classes; ++c) {
      problem.classes.push_back({.count = 1 + static_cast<int>(random() % 3),
                                 .shares_link = random() % 2 == 0});
      for (std::uint32_t set = 1; set < 1U << num_ops; ++set) {
        if (random() % 8 == 0) continue;
        costs.Set(set, c,
                  {.busy = nanoseconds(1 + random() % 30),
                   .host = nanoseconds(random() % 6),
                   .link = nanoseconds(random() % 8),
                   .can_replicate = random() % 4 > 0});
      }
    }
    problem.max_replicas = 1 + static_cast<int>(random() % 3);
    problem.costs = &costs;
  }

  PlanProblem problem;
  TableCosts costs;
};

TEST(CheckBound, AgreesWithTryingEveryPlan) {
  std::mt19937 random(2024);
  int with_plan = 0;
  for (int trial = 0; trial < 600; ++trial) {
    const RandomProblem made(random);
    PlanOptions options{.objective = static_cast<Objective>(trial % 3),
                        .target_period = nanoseconds(1 + random() % 20),
                        .max_devices = static_cast<int>(random() % 5),
                        .all_orders = random() % 2 == 0};
    const auto best = ReferencePlanner(made.problem, made.costs, options).Run();
    const auto verdict = [&](std::int64_t bound) {
      return CheckBound(made.problem, options,
                        {.claim = options.all_orders ? Claim::kAllOrders
                                                     : Claim::kOneOrder,
                         .bound = bound})
          .verdict;
    };
    SCOPED_TRACE(trial);
    if (!best) {
      EXPECT_EQ(verdict(1000), Verdict::kHolds);
      continue;
    }
    ++with_plan;
    const std::int64_t value = std::get<0>(ValueOf(*best, options.objective));
    EXPECT_EQ(verdict(value), Verdict::kHolds);
    EXPECT_EQ(verdict(value + 1), Verdict::kBeaten);
  }
  EXPECT_GT(with_plan, 200);
}

}  // namespace
}  // namespace coralline
