#include "coralline/sim/consecutive_costs.h"

#include <gtest/gtest.h>

#include "coralline/sim/measurement.h"
#include "coralline/sim/testing.h"

namespace coralline {
namespace {

using testing_util::DifferenceOf;
using testing_util::RandomNetwork;
using testing_util::SpecFor;
using testing_util::SpecWithBanksOf;

// Compares all segments; gives how many hold some layers and stream others.
int CompareAll(const Graph& graph, const DeviceSpec& spec) {
  const auto layers = MakeLayers(graph, spec);
  const ConsecutiveCosts costs(graph, layers, spec);
  int mixed = 0;
  for (int begin = 0; begin < graph.num_ops(); ++begin) {
    for (int end = begin + 1; end <= graph.num_ops(); ++end) {
      SCOPED_TRACE("ops " + std::to_string(begin) + " to " +
                   std::to_string(end));
      const auto expected = CostOf(graph, OpRange(begin, end), layers, spec);
      EXPECT_EQ(DifferenceOf(costs.At(begin, end), expected), "");
      if (testing::Test::HasFailure()) return mixed;
      mixed += expected.placement.cached_bytes > 0 &&
               expected.placement.streamed_bytes > 0;
    }
  }
  return mixed;
}

// With banks for all, most and few of the network's parameters, and for none
// beside a large input.
int CompareAtManySizes(const Graph& graph) {
  int mixed = 0;
  for (const double part : {2.0, 1.1, 0.9, 0.7, 0.4, 0.1, 0.01}) {
    SCOPED_TRACE("banks for " + std::to_string(part) + " of the network");
    DeviceSpec spec = SpecFor(part, graph);
    mixed += CompareAll(graph, spec);
    spec.memory.overflow_reserve_per_input_pixel = 30;
    mixed += CompareAll(graph, spec);
    if (testing::Test::HasFailure()) return mixed;
  }
  return mixed;
}

TEST(ConsecutiveCosts, OfChainsAreThoseOfCostOf) {
  int mixed = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    mixed += CompareAtManySizes(RandomNetwork(seed).Chain(30));
    if (HasFailure()) return;
  }
  EXPECT_GT(mixed, 1000);
}

TEST(ConsecutiveCosts, OfNetworksWithSkipsAreThoseOfCostOf) {
  int mixed = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    mixed += CompareAtManySizes(RandomNetwork(seed).Dag(40));
    if (HasFailure()) return;
  }
  EXPECT_GT(mixed, 1000);
}

TEST(ConsecutiveCosts, OfThePublishedNetworksAreThoseOfCostOf) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  for (const int width : {64, 452, 512, 704}) {
    CompareAll(NetworkOf({.kind = "conv", .width = width, .layers = 12}), spec);
  }
}

TEST(ConsecutiveCosts, OfAnEmptyGraphAreNone) {
  EXPECT_EQ(ConsecutiveCosts({}, {}, SpecWithBanksOf(1)).num_ops(), 0);
}

}  // namespace
}  // namespace coralline
