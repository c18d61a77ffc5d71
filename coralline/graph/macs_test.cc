#include "coralline/graph/macs.h"

#include <gtest/gtest.h>

#include <limits>

namespace coralline {
namespace {

// An op whose inputs have these shapes; the second is constant.
std::int64_t Macs(OpKind kind, const std::vector<std::vector<int>>& inputs,
                  const std::vector<int>& output) {
  Graph graph;
  Op op{.kind = kind};
  for (const auto& shape : inputs) {
    op.inputs.push_back(static_cast<int>(graph.tensors.size()));
    graph.tensors.push_back({.shape = shape});
  }
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    graph.tensors[i].constant_bytes = 1;
  }
  op.outputs.push_back(static_cast<int>(graph.tensors.size()));
  graph.tensors.push_back({.shape = output});
  graph.ops.push_back(op);
  return MacCount(graph);
}

TEST(MacCount, FollowsTheShapes) {
  EXPECT_EQ(Macs(OpKind::kFullyConnected, {{1, 64}, {10, 64}}, {1, 10}), 640);
  EXPECT_EQ(Macs(OpKind::kConv2d, {{1, 8, 8, 3}, {16, 3, 3, 3}}, {1, 4, 4, 16}),
            4 * 4 * 16 * 27);
  EXPECT_EQ(Macs(OpKind::kDepthwiseConv2d, {{1, 8, 8, 6}, {1, 3, 3, 6}},
                 {1, 8, 8, 6}),
            8 * 8 * 6 * 9);
  EXPECT_EQ(Macs(OpKind::kTransposeConv, {{4}, {5, 2, 2, 3}, {1, 8, 8, 3}},
                 {1, 16, 16, 5}),
            8 * 8 * 3 * 5 * 4);
  EXPECT_EQ(Macs(OpKind::kBatchMatmul, {{2, 3, 4}, {2, 4, 5}}, {2, 3, 5}),
            2 * 3 * 4 * 5);
  EXPECT_EQ(Macs(OpKind::kUnidirectionalSequenceLstm,
                 {{1, 28, 10}, {20, 10}, {20, 20}, {20}}, {1, 28, 20}),
            28 * (200 + 400));
  EXPECT_EQ(Macs(OpKind::kAdd, {{1, 8}, {1, 8}}, {1, 8}), 0);
}

TEST(MacCount, SurvivesMissingTensorsAndHugeShapes) {
  EXPECT_EQ(Macs(OpKind::kConv2d, {{1, 8, 8, 3}}, {1, 4, 4, 16}), 0);
  EXPECT_EQ(Macs(OpKind::kConv2d, {{}, {}}, {}), 0);
  constexpr int kHuge = std::numeric_limits<int>::max();
  EXPECT_EQ(Macs(OpKind::kBatchMatmul, {{kHuge, kHuge}}, {kHuge}),
            std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace coralline
