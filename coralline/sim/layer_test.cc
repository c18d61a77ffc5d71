#include "coralline/sim/layer.h"

#include <gtest/gtest.h>

namespace coralline {
namespace {

// One op that reads an activation and weights of these shapes.
Layer LayerOf(OpKind kind, const std::vector<int>& input,
              const std::vector<int>& weights, const std::vector<int>& output,
              const LayoutOptions& options = {}, std::size_t num_scales = 1) {
  Graph graph;
  graph.tensors = {{.shape = input},
                   {.shape = weights, .constant_bytes = 1},
                   {.shape = output}};
  graph.tensors[1].quantization.scale.assign(num_scales, 1.0F);
  graph.ops = {{.kind = kind, .inputs = {0, 1}, .outputs = {2}}};
  return MakeLayer(graph, graph.ops[0], options);
}

TEST(MakeLayer, FullyConnectedIsPaddedToTheArray) {
  const Layer layer = LayerOf(OpKind::kFullyConnected, {1, 65}, {100, 65},
                              {1, 100}, {.has_bias = false});
  EXPECT_EQ(layer.kind, LayerKind::kFullyConnected);
  EXPECT_EQ(layer.cached_bytes, 68 * 128);
  EXPECT_EQ(layer.num_blocks, 2);
  EXPECT_EQ(layer.streamed_bytes, 68 * 128);
  EXPECT_EQ(layer.cycles, 17 * 2);
  EXPECT_EQ(layer.fills, 2);
  EXPECT_FALSE(layer.is_uneven);
}

TEST(MakeLayer, FewStreamedOutputsArePackedTighter) {
  const Layer layer = LayerOf(OpKind::kFullyConnected, {1, 2000}, {10, 2000},
                              {1, 10}, {.has_bias = false});
  EXPECT_EQ(layer.cached_bytes, 2000 * 64);
  EXPECT_EQ(layer.streamed_bytes, 2000 * 16);
}

TEST(MakeLayer, ConvolutionsCarryBiasAndScalePerChannel) {
  const std::vector<int> input = {1, 64, 64, 3};
  const std::vector<int> weights = {32, 3, 3, 3};
  const std::vector<int> output = {1, 64, 64, 32};
  // The compiler's log says 2.75 KiB for this first layer of the series.
  const Layer series =
      LayerOf(OpKind::kConv2d, input, weights, output,
              {.has_bias = false, .few_outputs_multiple = 64}, 32);
  EXPECT_EQ(series.cached_bytes, 2816);
  const Layer other = LayerOf(OpKind::kConv2d, input, weights, output, {}, 32);
  EXPECT_EQ(other.cached_bytes, 32 * (9 * 4 + 12));
  EXPECT_EQ(series.cycles, 16 * 16 * 9);
  EXPECT_EQ(series.input_tile_bytes, 16 * 16 * 4);
  EXPECT_EQ(series.output_tile_bytes, 16 * 16 * 32);
}

TEST(MakeLayer, DepthwiseFiltersTakeFourBytesAWeight) {
  const Layer layer = LayerOf(OpKind::kDepthwiseConv2d, {1, 14, 14, 66},
                              {1, 3, 3, 66}, {1, 14, 14, 66});
  EXPECT_EQ(layer.kind, LayerKind::kDepthwiseConv);
  EXPECT_EQ(layer.cached_bytes, 68 * (4 * 9 + 4));
  EXPECT_EQ(layer.cycles, 0);
  EXPECT_EQ(layer.depthwise_cycles, 4 * 4 * 9 * 2);
  EXPECT_TRUE(layer.is_uneven);
}

TEST(MakeLayer, FewDepthwiseChannelsFillAPartOfTheArray) {
  EXPECT_EQ(LayerOf(OpKind::kDepthwiseConv2d, {1, 8, 8, 32}, {1, 3, 3, 32},
                    {1, 8, 8, 32})
                .depthwise_cycles,
            2 * 2 * 9 / 2);
}

TEST(MakeLayer, WhatHasNoMatrixMovesItsMaps) {
  Graph graph;
  graph.tensors = {{.shape = {1, 6, 6, 30}}, {.shape = {1, 3, 3, 30}}};
  graph.ops = {{.kind = OpKind::kMaxPool2d, .inputs = {0}, .outputs = {1}},
               {.kind = OpKind::kReshape, .inputs = {0}, .outputs = {1}}};
  EXPECT_EQ(MakeLayer(graph, graph.ops[0]).vector_bytes,
            16 * (4 * 32 + 1 * 32));
  EXPECT_EQ(MakeLayer(graph, graph.ops[1]).vector_bytes, 0);
}

TEST(MakeLayer, LargeMapsAreRunInBands) {
  const std::vector<int> map = {1, 64, 64, 64};  // 16,384 B a tile
  const auto bands = [&](std::int64_t bytes) {
    return LayerOf(OpKind::kConv2d, map, {64, 1, 1, 64}, map,
                   {.activation_tile_bytes = bytes})
        .extra_bands;
  };
  EXPECT_EQ(bands(0), 0);
  EXPECT_EQ(bands(32768), 0);
  EXPECT_EQ(bands(32767), 1);
  EXPECT_EQ(bands(10000), 3);
}

TEST(MakeLayer, FollowsTheArrayOfTheDevice) {
  const SystolicArray array = {.tile_rows = 8,
                               .tile_columns = 2,
                               .input_channels = 16,
                               .output_channels = 32};
  const Layer layer =
      LayerOf(OpKind::kConv2d, {1, 12, 12, 20}, {40, 1, 1, 20}, {1, 12, 12, 40},
              {.has_bias = false, .array = array});
  EXPECT_EQ(layer.cached_bytes, 32 * 64);
  EXPECT_EQ(layer.fills, 2 * 6 * 2);
  EXPECT_EQ(layer.cycles, 2 * 6 * 2 * 2);
  EXPECT_EQ(layer.input_tile_bytes, 2 * 6 * 32);
  EXPECT_TRUE(layer.is_uneven);
}

TEST(MakeLayer, ATransposedConvolutionWorksOnItsInputsPositions) {
  Graph graph;
  graph.tensors = {{.shape = {4}, .constant_bytes = 16},
                   {.shape = {64, 3, 3, 32}, .constant_bytes = 18432},
                   {.shape = {1, 8, 8, 32}},
                   {.shape = {1, 16, 16, 64}}};
  graph.ops = {
      {.kind = OpKind::kTransposeConv, .inputs = {0, 1, 2}, .outputs = {3}}};
  const Layer layer = MakeLayer(graph, graph.ops[0], {.has_bias = false});
  EXPECT_EQ(layer.kind, LayerKind::kConv);
  EXPECT_EQ(layer.cached_bytes, 9 * 32 * 64);
  EXPECT_EQ(layer.cycles, 2 * 2 * 9 * 8);
}

TEST(MakeLayer, ARecurrentCellHoldsTheMatricesOfItsGates) {
  Graph graph;
  graph.tensors = {{.shape = {1, 28, 28}},
                   {.shape = {20, 28}, .constant_bytes = 560},
                   {.shape = {20, 20}, .constant_bytes = 400},
                   {.shape = {1, 28, 20}}};
  graph.ops = {{.kind = OpKind::kUnidirectionalSequenceLstm,
                .inputs = {0, 1, Op::kNoTensor, 2},
                .outputs = {3}}};
  const Layer layer = MakeLayer(graph, graph.ops[0]);
  EXPECT_EQ(layer.cached_bytes, 64 * 28 + 64 * 20);
  EXPECT_EQ(layer.num_blocks, 2);
  EXPECT_EQ(layer.fills, 2 * 28);
}

// As the compiled MoveNet sends them.
TEST(MakeLayer, OperandsOfElementWiseOpsAreAlwaysStreamed) {
  const auto operand = [](OpKind kind, int bytes) {
    Graph graph;
    graph.tensors = {{.shape = {1, 48, 48, 1}},
                     {.shape = {bytes}, .constant_bytes = bytes},
                     {.shape = {1, 48, 48, 1}}};
    graph.ops = {{.kind = kind, .inputs = {0, 1}, .outputs = {2}}};
    return MakeLayer(graph, graph.ops[0]);
  };
  EXPECT_EQ(operand(OpKind::kMul, 2304).streamed_bytes, 2304);
  EXPECT_TRUE(operand(OpKind::kMul, 2304).is_always_streamed());
  EXPECT_EQ(operand(OpKind::kSub, 3).streamed_bytes, 64);
  EXPECT_FALSE(operand(OpKind::kMul, 1).is_always_streamed());
  EXPECT_FALSE(operand(OpKind::kReshape, 16).is_always_streamed());
}

TEST(MakeLayer, TakesNothingForGranted) {
  EXPECT_EQ(LayerOf(OpKind::kConv2d, {1, 4}, {4, 4}, {1, 4}).kind,
            LayerKind::kOther);
  EXPECT_EQ(LayerOf(OpKind::kFullyConnected, {}, {4}, {}).cached_bytes, 0);
  EXPECT_EQ(LayerOf(OpKind::kSoftmax, {1, 10}, {}, {1, 10}).kind,
            LayerKind::kSoftmax);
}

}  // namespace
}  // namespace coralline
