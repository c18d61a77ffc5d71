#include "coralline/zoo/synthetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coralline/base/error.h"
#include "coralline/graph/macs.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

std::vector<OpKind> Kinds(const Model& model) {
  std::vector<OpKind> kinds;
  for (const Op& op : model.graph.ops) kinds.push_back(op.kind);
  return kinds;
}

TEST(GenerateFullyConnected, IsThePapersNetwork) {
  for (const int n : {1, 100, 500}) {
    const Model model = GenerateFullyConnected({.width = n});
    EXPECT_EQ(model.name, "fc_" + std::to_string(n));
    EXPECT_THAT(Kinds(model), testing::ElementsAreArray(std::vector<OpKind>(
                                  5, OpKind::kFullyConnected)));
    // The macs column of the published measurements.
    EXPECT_EQ(MacCount(model.graph), n * (64 + 10 + 3 * n));
    const Tensor& input = model.graph.tensors[model.graph.inputs[0]];
    const Tensor& output = model.graph.tensors[model.graph.outputs[0]];
    EXPECT_EQ(input.type, DataType::kInt8);
    EXPECT_EQ(input.shape, (std::vector{1, 64}));
    EXPECT_EQ(output.type, DataType::kInt8);
    EXPECT_EQ(output.shape, (std::vector{1, 10}));
  }
}

TEST(GenerateFullyConnected, WritesTanhAsAnOpOfItsOwn) {
  const Model model = GenerateFullyConnected(
      {.width = 8, .layers = 3, .activation = HiddenActivation::kTanh});
  EXPECT_THAT(Kinds(model),
              testing::ElementsAre(OpKind::kFullyConnected, OpKind::kTanh,
                                   OpKind::kFullyConnected, OpKind::kTanh,
                                   OpKind::kFullyConnected));
}

TEST(GenerateConv, IsThePapersNetwork) {
  const Model model = GenerateConv({.width = 32});
  EXPECT_EQ(model.name, "conv_32");
  EXPECT_EQ(model.graph.num_ops(), 5);
  EXPECT_EQ(MacCount(model.graph), 36864 * (3 * 32 + 4 * 32 * 32));
  EXPECT_EQ(model.graph.tensors[model.graph.outputs[0]].shape,
            (std::vector{1, 64, 64, 32}));
  const auto weights = FindTensor(model.graph, "conv_2/weights");
  ASSERT_TRUE(weights);
  EXPECT_EQ(model.graph.tensors[*weights].quantization.scale.size(), 32U);
}

TEST(Generate, DependsOnTheSeedOnly) {
  const auto bytes = [](std::uint64_t seed) {
    return GenerateFullyConnected({.width = 50, .seed = seed}).bytes;
  };
  EXPECT_TRUE(std::ranges::equal(bytes(7).span(), bytes(7).span()));
  EXPECT_FALSE(std::ranges::equal(bytes(7).span(), bytes(8).span()));
}

TEST(Generate, ModelsSurviveRewriting) {
  for (const Model& model :
       {GenerateFullyConnected({.width = 33}), GenerateConv({.width = 9})}) {
    const Model copy = Rewrite(model);
    EXPECT_EQ(copy.graph, model.graph);
  }
}

TEST(Generate, RefusesImpossibleSizes) {
  EXPECT_THROW(GenerateFullyConnected({.width = 0}), Error);
  EXPECT_THROW(GenerateFullyConnected({.width = 5, .layers = 1}), Error);
  EXPECT_THROW(GenerateFullyConnected({.width = 5, .input = 0}), Error);
  EXPECT_THROW(GenerateFullyConnected({.width = 40000}), Error);
  EXPECT_THROW(GenerateConv({.width = -3}), Error);
  EXPECT_THROW(GenerateConv({.width = 10, .size = 100000}), Error);
}

}  // namespace
}  // namespace coralline
