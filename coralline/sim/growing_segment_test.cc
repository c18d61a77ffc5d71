#include "coralline/sim/growing_segment.h"

#include <gtest/gtest.h>

#include "coralline/graph/testing.h"
#include "coralline/sim/testing.h"

namespace coralline {
namespace {

using testing_util::DifferenceOf;
using testing_util::InRandomOrder;
using testing_util::RandomNetwork;
using testing_util::SpecFor;
using testing_util::SpecWithBanksOf;
using testing_util::WalkAtRandom;
using testing_util::WalkResult;

TEST(GrowingSegment, AnyConvexSetOfOpsCostsWhatCostOfSays) {
  int mixed = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = RandomNetwork(seed).Dag(40);
    for (const double part : {1.5, 0.8, 0.4, 0.2, 0.05, 0.0}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", a chip for " +
                   std::to_string(part) + " of the network");
      DeviceSpec spec = SpecFor(part, graph);
      if (seed % 2 == 1) spec.memory.overflow_reserve_per_input_pixel = 30;
      const WalkResult walk =
          WalkAtRandom(graph, MakeLayers(graph, spec), spec, seed);
      ASSERT_EQ(walk.difference, "");
      mixed += walk.mixed;
    }
  }
  EXPECT_GT(mixed, 10000);
}

// Two layers of one size, of which one has room: that of the first op.
TEST(GrowingSegment, TheOrderInWhichOpsArePushedDoesNotMatter) {
  testing_util::GraphMaker maker;
  const int input = maker.Input("in");
  const int left = maker.Op("left", {input});
  const Graph graph = maker.Finish({left, maker.Op("right", {input})});
  const std::vector<Layer> layers = {
      {.cached_bytes = 1000, .num_blocks = 16, .streamed_bytes = 1000},
      {.cached_bytes = 1000, .num_blocks = 16, .streamed_bytes = 500}};
  const DeviceSpec spec = SpecWithBanksOf(100);
  const SegmentCost expected = CostOf(graph, OpRange(0, 2), layers, spec);
  EXPECT_EQ(expected.placement.streamed_bytes, 500);
  GrowingSegment segment(graph, layers, spec);
  for (const int op : {0, 1}) {
    segment.Clear();
    segment.Push(op);
    segment.Push(1 - op);
    EXPECT_EQ(DifferenceOf(segment.Cost(), expected), "");
  }
}

TEST(GrowingSegment, WithoutOpsItCostsWhatEverySegmentDoes) {
  const Graph graph = RandomNetwork(0).Dag(5);
  const DeviceSpec spec = SpecWithBanksOf(1000);
  const auto layers = MakeLayers(graph, spec);
  GrowingSegment segment(graph, layers, spec);
  segment.Push(0);
  segment.Clear();
  EXPECT_TRUE(segment.ops().empty());
  EXPECT_EQ(DifferenceOf(segment.Cost(), CostOf(graph, {}, layers, spec)), "");
}

TEST(GrowingSegment, PoppingBringsBackTheVerySameNumbers) {
  const Graph graph = RandomNetwork(1).Dag(40);
  const DeviceSpec spec = SpecFor(0.4, graph);
  GrowingSegment segment(graph, MakeLayers(graph, spec), spec);
  std::mt19937 random(0);
  const std::vector<int> order = InRandomOrder(graph, {}, random);
  std::vector<double> ms;
  for (const int op : order) {
    segment.Push(op);
    ms.push_back(segment.Cost().warm_ms());
  }
  for (; !ms.empty(); ms.pop_back()) {
    EXPECT_EQ(segment.Cost().warm_ms(), ms.back());
    segment.Pop();
  }
}

}  // namespace
}  // namespace coralline
