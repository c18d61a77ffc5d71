#include "coralline/sim/segment_cost.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

const DeviceSpec& Paper() {
  static const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  return spec;
}

SegmentCost WholeCost(const Measurement& row) {
  const Graph graph = NetworkOf(row);
  return CostOf(graph, OpRange(0, graph.num_ops()), MakeLayers(graph, Paper()),
                Paper());
}

TEST(CostOf, PartsAddUp) {
  const SegmentCost cost =
      WholeCost({.kind = "conv", .width = 452, .layers = 5});
  double compute = 0;
  double streaming = Paper().streaming_fixed_ms;
  for (const LayerCost& layer : cost.layers) {
    compute += layer.compute_ms;
    streaming += layer.streaming_ms;
  }
  EXPECT_NEAR(compute, cost.compute_ms, 1e-9);
  EXPECT_NEAR(streaming, cost.streaming_ms, 1e-9);
  EXPECT_TRUE(cost.is_interpolated);
  EXPECT_EQ(std::count_if(cost.layers.begin(), cost.layers.end(),
                          [](const LayerCost& l) { return l.passes == 3; }),
            1);
  EXPECT_GT(cost.first_ms(), cost.warm_ms());
}

TEST(CostOf, AFurtherCutCostsTheProgramAndTheTensor) {
  const Graph graph =
      NetworkOf({.kind = "fc", .width = 100, .layers = 5, .macs = 37400});
  const auto layers = MakeLayers(graph, Paper());
  const double whole = CostOf(graph, OpRange(0, 5), layers, Paper()).warm_ms();
  const double parts = CostOf(graph, OpRange(0, 2), layers, Paper()).warm_ms() +
                       CostOf(graph, OpRange(2, 5), layers, Paper()).warm_ms();
  EXPECT_NEAR(parts - whole, 0.055 + 12767 / 329e3, 0.002);
}

TEST(InstructionBytes, CountsLayersUnevenMapsAndSoftmax) {
  const std::vector<Layer> layers = {
      {.kind = LayerKind::kConv, .is_uneven = true},
      {.kind = LayerKind::kFullyConnected},
      {.kind = LayerKind::kOther, .is_uneven = true},
      {.kind = LayerKind::kSoftmax}};
  EXPECT_EQ(InstructionBytes(layers), 12767 + 2 * 1174 + 2 * 1546 + 761);
}

TEST(StreamingPasses, GrowAsTheMapsFillTheMemory) {
  const auto passes = [](std::int64_t tile_bytes, bool has_large_input) {
    return StreamingPasses(
        {.input_tile_bytes = tile_bytes, .output_tile_bytes = tile_bytes},
        Paper(), has_large_input);
  };
  EXPECT_EQ(passes(98304, false), 1);
  EXPECT_EQ(passes(98305, false), 3);
  EXPECT_EQ(passes(163840, false), 3);
  EXPECT_EQ(passes(163841, false), 5);
  EXPECT_EQ(passes(163840, true), 5);
  EXPECT_EQ(passes(180000, true), 5);
  EXPECT_EQ(passes(190000, false), 8);
  EXPECT_EQ(passes(400000, false), 8);
}

}  // namespace
}  // namespace coralline
