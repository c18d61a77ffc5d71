#include "coralline/sim/informative_segments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coralline/sim/operator_support.h"
#include "coralline/sim/testing.h"

namespace coralline {
namespace {

DeviceSpec Spec() { return ReadDeviceSpec("edgetpu-pcie"); }

Graph Chain() { return testing_util::RandomNetwork(1).Chain(20); }

TEST(InformativeSegments, AreAsManyAsAskedForAndEachIsThereOnce) {
  auto segments = InformativeSegments(Chain(), {}, Spec(), 30);
  EXPECT_EQ(segments.size(), 30U);
  std::sort(segments.begin(), segments.end(),
            [](const Segment& a, const Segment& b) { return a.ops < b.ops; });
  EXPECT_EQ(std::adjacent_find(segments.begin(), segments.end()),
            segments.end());
}

TEST(InformativeSegments, FewerBeginTheSameAsMore) {
  const auto few = InformativeSegments(Chain(), {}, Spec(), 10);
  auto more = InformativeSegments(Chain(), {}, Spec(), 25);
  more.resize(10);
  EXPECT_EQ(few, more);
}

TEST(InformativeSegments, EndWhereThereAreNoMore) {
  // Of two ops: each alone, and both.
  const Graph graph = testing_util::RandomNetwork(2).Chain(2);
  const auto segments = InformativeSegments(graph, {}, Spec(), 100);
  EXPECT_THAT(segments, testing::UnorderedElementsAre(
                            OpRange(0, 1), OpRange(1, 2), OpRange(0, 2)));
}

TEST(InformativeSegments, HaveNoOpThatTheDeviceDoesNotRun) {
  Graph graph = Chain();
  graph.ops[7].kind = OpKind::kCustom;
  ASSERT_FALSE(CheckOp(graph, graph.ops[7]).is_mapped());
  const auto segments = InformativeSegments(graph, {}, Spec(), 1000);
  EXPECT_GT(segments.size(), 20U);
  for (const Segment& segment : segments) {
    EXPECT_THAT(segment.ops, testing::Not(testing::Contains(7)));
  }
}

TEST(InformativeSegments, ShortAndLongOnesComeEarly) {
  const auto segments = InformativeSegments(Chain(), {}, Spec(), 12);
  const auto size = [](const Segment& segment) { return segment.ops.size(); };
  EXPECT_LE(std::ranges::min(segments, {}, size).ops.size(), 2U);
  EXPECT_GE(std::ranges::max(segments, {}, size).ops.size(), 10U);
}

}  // namespace
}  // namespace coralline
