#include "coralline/sim/cost_floors.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "coralline/graph/testing.h"
#include "coralline/sim/measurement.h"
#include "coralline/sim/testing.h"

namespace coralline {
namespace {

using testing_util::InRandomOrder;
using testing_util::RandomNetwork;
using testing_util::SegmentOf;
using testing_util::SpecFor;
using testing_util::SpecWithBanksOf;

// Up to four segments.
std::vector<Segment> RandomPartition(const Graph& graph, std::mt19937& random) {
  const std::vector<int> order = InRandomOrder(graph, {}, random);
  const std::size_t num_cuts = random() % 4;
  std::set<std::size_t> ends = {order.size()};
  while (ends.size() <= num_cuts) ends.insert(1 + random() % order.size());
  std::vector<Segment> segments;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    segments.push_back(SegmentOf(std::span(order).subspan(begin, end - begin)));
    begin = end;
  }
  return segments;
}

double FloorOf(const SegmentFloors& floors, const Segment& segment) {
  double ms = floors.stage_ms;
  for (const int op : segment.ops) ms += floors.op_ms[op];
  return ms;
}

// Gives for how many partitions the streaming floor is not 0.
int CheckRandomPartitions(const Graph& graph, const DeviceSpec& spec,
                          unsigned seed) {
  const auto layers = MakeLayers(graph, spec);
  const SegmentFloors floors = FloorsOf(graph, layers, spec);
  std::mt19937 random(seed);
  int streaming = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const auto segments = RandomPartition(graph, random);
    double sum = 0;
    const double streaming_floor =
        StreamingFloorMs(layers, spec, static_cast<int>(segments.size()));
    double floor = streaming_floor;
    for (const Segment& segment : segments) {
      const double ms = CostOf(graph, segment, layers, spec).warm_ms();
      EXPECT_GE(ms, FloorOf(floors, segment)) << FormatSegment(segment);
      sum += ms;
      floor += FloorOf(floors, segment);
    }
    EXPECT_GE(sum, floor);
    streaming += streaming_floor > 0;
  }
  return streaming;
}

TEST(CostFloors, NoSegmentAndNoPartitionIsFaster) {
  int streaming = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    RandomNetwork network(seed);
    const Graph graph = seed % 4 == 0 ? network.Chain(60) : network.Dag(60);
    for (const double part : {1.0, 0.5, 0.3, 0.2, 0.1, 0.01}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", banks for " +
                   std::to_string(part) + " of the network");
      streaming += CheckRandomPartitions(graph, SpecFor(part, graph), seed);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(streaming, 1000);
}

TEST(CostFloors, OfANetworkThatFitsAreWhatItCosts) {
  const Graph graph = NetworkOf({.kind = "conv", .width = 64, .layers = 12});
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const auto layers = MakeLayers(graph, spec);
  const Segment all = OpRange(0, graph.num_ops());
  const SegmentCost cost = CostOf(graph, all, layers, spec);
  EXPECT_EQ(cost.placement.streamed_bytes, 0);
  EXPECT_NEAR(FloorOf(FloorsOf(graph, layers, spec), all), cost.warm_ms(),
              1e-8 * cost.warm_ms());
  EXPECT_EQ(StreamingFloorMs(layers, spec, 1), 0);
}

TEST(CostFloors, WhatFitsNoChipIsChargedToItsOps) {
  const Graph graph = NetworkOf({.kind = "conv", .width = 64, .layers = 12});
  const DeviceSpec spec = SpecWithBanksOf(1);
  const auto layers = MakeLayers(graph, spec);
  const Segment all = OpRange(0, graph.num_ops());
  const SegmentCost cost = CostOf(graph, all, layers, spec);
  EXPECT_EQ(cost.placement.cached_bytes, 0);
  EXPECT_NEAR(FloorOf(FloorsOf(graph, layers, spec), all), cost.warm_ms(),
              1e-8 * cost.warm_ms());
  EXPECT_EQ(StreamingFloorMs(layers, spec, 1), 0);
}

TEST(CostFloors, AnInputOfTheModelIsChargedOnce) {
  testing_util::GraphMaker maker;
  const int input = maker.Input("in", 50'000);
  const int left = maker.Op("left", {input, input});
  const int right = maker.Op("right", {input, left});
  const Graph graph = maker.Finish({right});
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const auto layers = MakeLayers(graph, spec);
  const auto floors = FloorsOf(graph, layers, spec);
  const double input_ms = 50'000 / spec.small_bytes_per_s * 1e3;
  const double output_ms = 1 / spec.small_bytes_per_s * 1e3;
  const auto vector_ms = [&](int op) {
    return static_cast<double>(layers[op].vector_bytes) /
           spec.vector_bytes_per_s * 1e3;
  };
  EXPECT_GT(vector_ms(0), 0);
  const double first_ms = input_ms + vector_ms(0);
  EXPECT_NEAR(floors.op_ms[0], first_ms, 1e-8 * first_ms);
  const double second_ms = output_ms + vector_ms(1);
  EXPECT_NEAR(floors.op_ms[1], second_ms, 1e-8 * second_ms);
}

// Banks for 1,600 bytes; both layers fit a chip, each alone.
TEST(CostFloors, WhatIsFastestToStreamIsLeftOver) {
  const std::vector<Layer> layers = {
      {.cached_bytes = 1600, .num_blocks = 16, .streamed_bytes = 400},
      {.cached_bytes = 800, .num_blocks = 16, .streamed_bytes = 800}};
  const DeviceSpec spec = SpecWithBanksOf(100);
  // Half of the first has room beside the second.
  const double ms =
      spec.streaming_fixed_ms + 200 / spec.streaming_bytes_per_s * 1e3;
  EXPECT_NEAR(StreamingFloorMs(layers, spec, 1), ms, 1e-8 * ms);
  EXPECT_EQ(StreamingFloorMs(layers, spec, 2), 0);
}

}  // namespace
}  // namespace coralline
