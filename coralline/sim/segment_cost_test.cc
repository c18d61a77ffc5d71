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

// An addition of two 8x8x16 maps, and a convolution with weights of this type.
SegmentCost CostWithout(void (*change)(DeviceSpec& spec), DataType weights) {
  Graph graph;
  graph.tensors = {
      {.shape = {1, 8, 8, 16}},
      {.shape = {1, 8, 8, 16}},
      {.type = weights, .shape = {16, 3, 3, 16}, .constant_bytes = 16 * 9 * 16},
      {.shape = {1, 8, 8, 16}}};
  graph.ops = {{.kind = OpKind::kAdd, .inputs = {0, 0}, .outputs = {1}},
               {.kind = OpKind::kConv2d, .inputs = {1, 2}, .outputs = {3}}};
  graph.inputs = {0};
  graph.outputs = {3};
  DeviceSpec spec = ReadDeviceSpec("edgetpu-usb3-desktop");
  change(spec);
  return CostOf(graph, OpRange(0, 2), MakeLayers(graph, spec), spec);
}

TEST(CostOf, AnAdditionTakesTheVectorUnit) {
  const SegmentCost cost = CostWithout([](DeviceSpec&) {}, DataType::kUint8);
  EXPECT_NEAR(cost.layers[0].compute_ms, 3 * 1024 / 46e9 * 1e3, 1e-12);
  const SegmentCost without = CostWithout(
      [](DeviceSpec& spec) { spec.vector_bytes_per_s = 0; }, DataType::kUint8);
  EXPECT_EQ(without.layers[0].compute_ms, 0);
  EXPECT_EQ(without.layers[1].compute_ms, cost.layers[1].compute_ms);
}

TEST(CostOf, Int8WeightsMayHaveAFactorOfTheirOwn) {
  const auto set = [](DeviceSpec& spec) {
    spec.cycles_factor = 1;
    spec.int8_cycles_factor = 3;
  };
  const double uint8_ms =
      CostWithout(set, DataType::kUint8).layers[1].compute_ms;
  EXPECT_GT(uint8_ms, 0);
  EXPECT_NEAR(CostWithout(set, DataType::kInt8).layers[1].compute_ms,
              3 * uint8_ms, 1e-12);
  const auto unset = [](DeviceSpec& spec) {
    spec.cycles_factor = 1;
    spec.int8_cycles_factor = 0;
  };
  EXPECT_EQ(CostWithout(unset, DataType::kInt8).layers[1].compute_ms, uint8_ms);
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
      {.kind = LayerKind::kSoftmax},
      {.kind = LayerKind::kOther, .extra_bands = 2}};
  EXPECT_EQ(InstructionBytes(layers),
            12767 + 2 * 1174 + 2 * 1546 + 761 + 2 * 20000);
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
