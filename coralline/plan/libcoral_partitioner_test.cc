#include "coralline/plan/libcoral_partitioner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coralline/base/error.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/exhaustive_cuts.h"
#include "coralline/plan/plan.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_util::ChainOf;
using testing_util::CostsBy;
using testing_util::GraphMaker;
using testing_util::RandomCosts;
using testing_util::SizesOf;
using testing_util::SumOf;
using Outcome = LibcoralResult::Outcome;

Graph ChainOfLength(int num_ops) {
  return ChainOf(std::vector<int>(static_cast<std::size_t>(num_ops), 10));
}

LibcoralOptions Options(int threshold_ns, int lower_ns, int upper_ns) {
  return {.diff_threshold = nanoseconds(threshold_ns),
          .initial_bounds = {{.lower = nanoseconds(lower_ns),
                              .upper = nanoseconds(upper_ns)}}};
}

TEST(LibcoralSegments, IsNotRunWhereTheCompilersAreWithinTheThreshold) {
  CostsBy costs = SumOf({900'000, 900'000, 900'000, 100'000});
  const Graph graph = ChainOfLength(4);
  // 1.8 ms and 1 ms; the default threshold is 1 ms.
  const LibcoralResult result = LibcoralSegments(graph, costs, 2);
  EXPECT_EQ(result.outcome, Outcome::kNotRun);
  EXPECT_EQ(result.segments, CompilerSegments(graph, 2));
  EXPECT_EQ(result.targets, 0);
  EXPECT_EQ(result.probes, 0);
  EXPECT_EQ(result.segments_measured, 2);
}

TEST(LibcoralSegments, HalvesTheBoundsUntilTheyAreWithinTheThreshold) {
  CostsBy costs = SumOf({1, 1, 1, 1, 8, 8, 8});
  const LibcoralResult result = LibcoralSegments(
      ChainOfLength(7), costs, 2, {.diff_threshold = nanoseconds(1)});
  // The compiler's 3-4 gives bounds of 3 and 25. Target 14: the first 5 ops
  // take 12, the last 2 take 16, the new upper bound. Target 15: the same cut.
  EXPECT_EQ(result.outcome, Outcome::kFound);
  EXPECT_THAT(SizesOf(result.segments), ElementsAre(5, 2));
  EXPECT_EQ(result.targets, 2);
  // Each time the first 6, then the first 5 ops.
  EXPECT_EQ(result.probes, 4);
  // Of 3, 4, 6, 5 and 2 ops.
  EXPECT_EQ(result.segments_measured, 5);
}

TEST(LibcoralSegments, ShortensASegmentBehindWhichNoCutIsFound) {
  CostsBy costs([](std::span<const int> ops) {
    const bool is_slow = ops.front() == 2 && ops.size() == 1;
    return StageCost{.busy = nanoseconds(is_slow ? 50 : 9)};
  });
  const LibcoralResult result =
      LibcoralSegments(ChainOfLength(4), costs, 3, Options(15, 0, 20));
  EXPECT_EQ(result.outcome, Outcome::kFound);
  EXPECT_THAT(SizesOf(result.segments), ElementsAre(1, 2, 1));
  EXPECT_EQ(result.targets, 1);
  // 0-1, then 2, which is too slow; 0, then 1-2.
  EXPECT_EQ(result.probes, 4);
  EXPECT_EQ(result.segments_measured, 5);
}

TEST(LibcoralSegments, ALongerStepMissesCuts) {
  CostsBy costs = SumOf({1, 1, 1, 1, 1, 1});
  LibcoralOptions options = Options(1, 0, 6);
  EXPECT_THAT(
      SizesOf(LibcoralSegments(ChainOfLength(6), costs, 2, options).segments),
      ElementsAre(3, 3));
  options.partition_search_step = 3;  // 5 ops, 2 ops
  EXPECT_THAT(
      SizesOf(LibcoralSegments(ChainOfLength(6), costs, 2, options).segments),
      ElementsAre(2, 4));
}

TEST(LibcoralSegments, ASegmentThatDoesNotRunIsNotTaken) {
  CostsBy costs([](std::span<const int> ops) {
    return ops.size() == 4
               ? std::nullopt
               : std::optional(StageCost{.busy = nanoseconds(ops.size())});
  });
  EXPECT_THAT(
      SizesOf(LibcoralSegments(ChainOfLength(8), costs, 2, Options(1, 1, 12))
                  .segments),
      ElementsAre(3, 5));
}

TEST(LibcoralSegments, FailsWhereASegmentOfTheCompilersDoesNotRun) {
  CostsBy costs([](std::span<const int> ops) {
    return ops.size() == 4
               ? std::nullopt
               : std::optional(StageCost{.busy = nanoseconds(ops.size())});
  });
  const LibcoralResult result = LibcoralSegments(ChainOfLength(8), costs, 2);
  EXPECT_EQ(result.outcome, Outcome::kNoneFound);
  EXPECT_THAT(result.segments, IsEmpty());
}

TEST(LibcoralSegments, FailsWhereTheCompilersAreAsFastAsAny) {
  CostsBy costs = SumOf({1, 9});
  const LibcoralResult result = LibcoralSegments(
      ChainOfLength(2), costs, 2, {.diff_threshold = nanoseconds(1)});
  EXPECT_EQ(result.outcome, Outcome::kNoneFound);
  EXPECT_THAT(result.segments, IsEmpty());
  EXPECT_EQ(result.targets, 3);  // 5, 7, 8
}

TEST(LibcoralSegments, EveryOpFromTheFirstOutputOnIsInTheLast) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("x")});
  const int side = maker.Op("side", {a});
  const int b = maker.Op("b", {a});
  const int c = maker.Op("c", {b});
  CostsBy costs = SumOf({1, 1, 1, 9});
  // The order is 0, 2, 1, 3; only op 3 in the last would be faster.
  const auto result =
      LibcoralSegments(maker.Finish({side, c}), costs, 2, Options(1, 1, 12));
  EXPECT_THAT(result.segments, ElementsAre(Segment{{0, 2}}, Segment{{1, 3}}));
}

TEST(LibcoralSegments, AModelThatTheCompilerRefusesNeedsBounds) {
  const Graph graph = ChainOf({1, 100, 1, 1});
  CostsBy costs = SumOf({1, 1, 1, 1});
  EXPECT_THROW(LibcoralSegments(graph, costs, 3), Error);
  EXPECT_EQ(LibcoralSegments(graph, costs, 3, Options(1, 0, 4)).outcome,
            Outcome::kFound);
}

nanoseconds Slowest(std::span<const Segment> segments, SegmentCosts& costs) {
  nanoseconds slowest{0};
  for (const Segment& segment : segments) {
    slowest = std::max(slowest, costs.Of(segment.ops, 0).value().busy);
  }
  return slowest;
}

TEST(LibcoralSegments, IsWithinTheThresholdOfTheBestWhereCostsAddUp) {
  std::mt19937 random(11);
  int num_found = 0;
  for (int trial = 0; trial < 300; ++trial) {
    SCOPED_TRACE(trial);
    const int num_ops = 4 + static_cast<int>(random() % 9);
    const int num_segments = 2 + static_cast<int>(random() % 3);
    std::vector<int> busy_ns;
    for (int op = 0; op < num_ops; ++op) {
      busy_ns.push_back(1 + static_cast<int>(random() % 1000));
    }
    CostsBy costs = SumOf(busy_ns);
    const Graph graph = ChainOfLength(num_ops);
    const nanoseconds threshold{1 + random() % 50};
    LibcoralResult result = LibcoralSegments(graph, costs, num_segments,
                                             {.diff_threshold = threshold});
    if (result.outcome == Outcome::kFound) ++num_found;
    if (result.outcome == Outcome::kNoneFound) {
      result.segments = CompilerSegments(graph, num_segments);
    }
    const PlanProblem problem{.precedence = PrecedenceOf(graph),
                              .classes = {{.name = "device"}},
                              .costs = &costs};
    const auto best = ExhaustiveSegments(problem, num_segments).value();
    EXPECT_LE(Slowest(result.segments, costs),
              Slowest(best, costs) + threshold);
  }
  EXPECT_GT(num_found, 200);
}

// The inner search as libcoral writes it, without a memory of what failed.
bool FindCut(SegmentCosts& costs, int num_ops, int num_segments, int target_ns,
             std::vector<Segment>& segments) {
  const int begin = segments.empty() ? 0 : segments.back().ops.back() + 1;
  const int num_left = num_segments - static_cast<int>(segments.size());
  for (int end = num_left == 1 ? num_ops : num_ops - num_left + 1; end > begin;
       --end) {
    if (num_left == 1 && end < num_ops) return false;
    segments.push_back(OpRange(begin, end));
    const auto cost = costs.Of(segments.back().ops, 0);
    const bool fits =
        cost && (num_left == 1 || cost->busy <= nanoseconds(target_ns));
    if (fits && (num_left == 1 ||
                 FindCut(costs, num_ops, num_segments, target_ns, segments))) {
      return true;
    }
    segments.pop_back();
  }
  return false;
}

TEST(LibcoralSegments, RememberingWhatFailedChangesNothing) {
  int num_found = 0;
  for (std::uint32_t trial = 0; trial < 500; ++trial) {
    SCOPED_TRACE(trial);
    RandomCosts costs(trial);
    const int num_ops = 4 + static_cast<int>(trial % 7);
    const int num_segments = 2 + static_cast<int>(trial % 3);
    // One target, 2; any last segment is below the upper bound.
    const LibcoralResult result = LibcoralSegments(
        ChainOfLength(num_ops), costs, num_segments, Options(998, -996, 1000));
    std::vector<Segment> expected;
    const bool found = FindCut(costs, num_ops, num_segments, 2, expected);
    if (found) ++num_found;
    EXPECT_EQ(result.outcome, found ? Outcome::kFound : Outcome::kNoneFound);
    EXPECT_EQ(result.segments, expected);
  }
  EXPECT_GT(num_found, 100);
  EXPECT_LT(num_found, 400);
}

}  // namespace
}  // namespace coralline
