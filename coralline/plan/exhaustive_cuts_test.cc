#include "coralline/plan/exhaustive_cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

#include "coralline/base/error.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing_util::CostsBy;
using testing_util::RandomCosts;
using testing_util::SizesOf;
using testing_util::SumOf;

PlanProblem ChainProblem(int num_ops, SegmentCosts& costs) {
  return {.precedence = Precedence(static_cast<std::size_t>(num_ops)),
          .classes = {{.name = "device"}},
          .costs = &costs};
}

std::vector<int> BestSizes(const std::vector<int>& busy_ns, int num_segments) {
  CostsBy costs = SumOf(busy_ns);
  const auto best = ExhaustiveSegments(
      ChainProblem(static_cast<int>(busy_ns.size()), costs), num_segments);
  return SizesOf(best.value());
}

TEST(ExhaustiveSegments, TheSlowestIsAsFastAsPossible) {
  EXPECT_THAT(BestSizes({2, 3, 1, 7}, 2), ElementsAre(3, 1));
  EXPECT_THAT(BestSizes({2, 3, 1, 7}, 1), ElementsAre(4));
  EXPECT_THAT(BestSizes({5, 5, 5, 5, 5}, 5), ElementsAre(1, 1, 1, 1, 1));
}

TEST(ExhaustiveSegments, AmongEqualsTheEarliestCutsWin) {
  EXPECT_THAT(BestSizes({1, 1, 1, 9}, 3), ElementsAre(1, 2, 1));
}

TEST(ExhaustiveSegments, ALowerLatencyComesBeforeEarlierCuts) {
  // Not additive: the second op is free beside the first.
  CostsBy costs([](std::span<const int> ops) {
    const bool together = ops.size() > 1 && ops[0] == 0 && ops[1] == 1;
    const std::size_t busy = ops.size() + (ops.back() == 3 ? 6 : 0);
    return StageCost{.busy = nanoseconds(busy - (together ? 1 : 0))};
  });
  EXPECT_THAT(SizesOf(ExhaustiveSegments(ChainProblem(4, costs), 3).value()),
              ElementsAre(2, 1, 1));
}

TEST(ExhaustiveSegments, TheOrderOfTheProblemIsCut) {
  CostsBy costs = SumOf({1, 9, 2});
  PlanProblem problem = ChainProblem(3, costs);
  problem.order = {0, 2, 1};
  EXPECT_THAT(ExhaustiveSegments(problem, 2).value(),
              ElementsAre(Segment{{0, 2}}, Segment{{1}}));
}

TEST(ExhaustiveSegments, NoneWhereNoCutRunsOrTooFewOpsAreThere) {
  CostsBy costs([](std::span<const int> ops) {
    return ops.size() > 1 ? std::nullopt
                          : std::optional(StageCost{.busy = nanoseconds(1)});
  });
  EXPECT_FALSE(ExhaustiveSegments(ChainProblem(3, costs), 2));
  EXPECT_TRUE(ExhaustiveSegments(ChainProblem(3, costs), 3));
  EXPECT_FALSE(ExhaustiveSegments(ChainProblem(3, costs), 4));
}

TEST(ExhaustiveSegments, TooManyCutsAreRefusedBeforeAnyIsTried) {
  CostsBy costs([](std::span<const int>) -> std::optional<StageCost> {
    ADD_FAILURE() << "asked";
    return std::nullopt;
  });
  try {
    ExhaustiveSegments(ChainProblem(209, costs), 6);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(),
                 "3.09e+09 ways to cut 209 ops into 6 segments, at most "
                 "20000000 are tried; use --strategy optimal");
  }
}

// Every subset of the places to cut at, as the bits of a number.
std::optional<std::vector<Segment>> BruteForce(const PlanProblem& problem,
                                               int num_segments) {
  using Rank = std::tuple<nanoseconds, nanoseconds, std::vector<int>>;
  std::optional<Rank> best;
  const unsigned num_places = static_cast<unsigned>(problem.num_ops()) - 1;
  for (unsigned places = 0; places < 1U << num_places; ++places) {
    if (std::popcount(places) != num_segments - 1) continue;
    std::vector<int> cuts;
    for (unsigned i = 0; i < num_places; ++i) {
      if ((places >> i & 1U) != 0) cuts.push_back(static_cast<int>(i) + 1);
    }
    const auto plan =
        PlanOfSegments(problem, SegmentsAt(problem.num_ops(), cuts));
    if (!plan) continue;
    const Rank rank(plan->period, plan->latency, cuts);
    if (!best || rank < *best) best = rank;
  }
  if (!best) return std::nullopt;
  return SegmentsAt(problem.num_ops(), std::get<2>(*best));
}

TEST(ExhaustiveSegments, MatchesBruteForceOnRandomCosts) {
  int num_none = 0;
  for (std::uint32_t trial = 0; trial < 400; ++trial) {
    SCOPED_TRACE(trial);
    RandomCosts costs(trial);
    const int num_ops = 1 + static_cast<int>(trial % 9);
    PlanProblem problem = ChainProblem(num_ops, costs);
    problem.classes[0].shares_link = trial % 2 == 0;
    const int num_segments = 1 + static_cast<int>(trial / 9 % 4);
    const auto expected = BruteForce(problem, num_segments);
    if (!expected) ++num_none;
    EXPECT_EQ(ExhaustiveSegments(problem, num_segments), expected);
  }
  EXPECT_LT(num_none, 200);
}

TEST(ExhaustiveSegments, EachSegmentIsAskedForOnce) {
  std::multiset<std::vector<int>> asked;
  CostsBy costs([&](std::span<const int> ops) {
    asked.emplace(ops.begin(), ops.end());
    return StageCost{.busy = nanoseconds(1)};
  });
  ExhaustiveSegments(ChainProblem(9, costs), 4);
  EXPECT_EQ(asked.size(), std::set(asked.begin(), asked.end()).size());
}

}  // namespace
}  // namespace coralline
