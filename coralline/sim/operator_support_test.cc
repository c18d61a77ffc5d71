#include "coralline/sim/operator_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/graph/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_util::GraphMaker;

// input -> op 0 -> op 1 -> op 2, all additions.
Graph Chain() {
  GraphMaker maker;
  const int input = maker.Input("in", 8);
  const int a = maker.Op("a", {input, maker.Constant("w", 8)}, 8);
  const int b = maker.Op("b", {a}, 8);
  return maker.Finish({maker.Op("c", {b}, 8)});
}

std::vector<Mapping> Kinds(const Graph& graph) {
  std::vector<Mapping> kinds;
  for (const auto& mapping : MapOps(graph)) kinds.push_back(mapping.mapping);
  return kinds;
}

TEST(MapOps, MapsWhatIsOnTheListAndInt8) {
  const Graph graph = Chain();
  EXPECT_THAT(Kinds(graph), ElementsAre(Mapping::kMapped, Mapping::kMapped,
                                        Mapping::kMapped));
  const MappedParts parts = PartsOf(graph, MapOps(graph));
  EXPECT_THAT(parts.head.ops, IsEmpty());
  EXPECT_THAT(parts.mapped.ops, ElementsAre(0, 1, 2));
  EXPECT_THAT(parts.tail.ops, IsEmpty());
}

TEST(MapOps, BehindAnUnsupportedOpEverythingRunsOnTheCpu) {
  Graph graph = Chain();
  graph.ops[1].kind = OpKind::kArgMax;
  EXPECT_THAT(Kinds(graph),
              ElementsAre(Mapping::kMapped, Mapping::kNotSupported,
                          Mapping::kOneSubgraph));
  EXPECT_EQ(MapOps(graph)[2].detail, "behind op 1, ARG_MAX, on the CPU");
  EXPECT_THAT(PartsOf(graph, MapOps(graph)).tail.ops, ElementsAre(1, 2));
}

TEST(MapOps, CpuOpsAtTheBeginningDoNoHarm) {
  Graph graph = Chain();
  graph.ops[0].kind = OpKind::kQuantize;
  graph.tensors[graph.inputs[0]].type = DataType::kFloat32;
  EXPECT_THAT(Kinds(graph), ElementsAre(Mapping::kDataType, Mapping::kMapped,
                                        Mapping::kMapped));
  EXPECT_THAT(PartsOf(graph, MapOps(graph)).head.ops, ElementsAre(0));
}

TEST(MapOps, ABranchThatPassesTheCpuByIsMapped) {
  GraphMaker maker;
  const int input = maker.Input("in", 8);
  const int a = maker.Op("a", {input}, 8);
  const int b = maker.Op("b", {a}, 8);
  const int c = maker.Op("c", {a}, 8);
  Graph graph = maker.Finish({b, c});
  graph.ops[1].kind = OpKind::kCustom;
  graph.ops[1].custom_code = "mine";
  EXPECT_THAT(
      Kinds(graph),
      ElementsAre(Mapping::kMapped, Mapping::kNotSupported, Mapping::kMapped));
}

TEST(MapOps, AModelOfCpuOpsAloneIsAllTail) {
  Graph graph = Chain();
  for (Tensor& tensor : graph.tensors) tensor.type = DataType::kInt16;
  const MappedParts parts = PartsOf(graph, MapOps(graph));
  EXPECT_THAT(parts.head.ops, IsEmpty());
  EXPECT_THAT(parts.mapped.ops, IsEmpty());
  EXPECT_THAT(parts.tail.ops, ElementsAre(0, 1, 2));
}

class OneOp : public testing::Test {
 protected:
  // An op of one input, one constant and one output.
  OpMapping Check(OpKind kind, std::vector<int> input,
                  std::vector<int> constant, std::vector<int> output) {
    graph_ = Chain();
    Op& op = graph_.ops[0];
    op.kind = kind;
    graph_.tensors[op.inputs[0]].shape = std::move(input);
    graph_.tensors[op.inputs[1]].shape = std::move(constant);
    graph_.tensors[op.outputs[0]].shape = std::move(output);
    return CheckOp(graph_, op);
  }
  Graph graph_;
};

TEST_F(OneOp, SoftmaxTakesOneVectorOf16000) {
  const auto softmax = [&](const std::vector<int>& shape) {
    return Check(OpKind::kSoftmax, shape, {1}, shape).mapping;
  };
  EXPECT_EQ(softmax({1, 16000}), Mapping::kMapped);
  EXPECT_EQ(softmax({1, 16001}), Mapping::kUnspecified);
  EXPECT_EQ(softmax({1, 2, 10}), Mapping::kUnspecified);
}

TEST_F(OneOp, AReductionOfChannelsNeedsAMultipleOfFour) {
  EXPECT_TRUE(Check(OpKind::kMean, {1, 7, 7, 3}, {2}, {1, 3}).is_mapped());
  EXPECT_TRUE(Check(OpKind::kMean, {1, 7, 7, 8}, {1}, {1, 7, 7}).is_mapped());
  EXPECT_EQ(Check(OpKind::kMean, {1, 7, 7, 3}, {1}, {1, 7, 7}).mapping,
            Mapping::kUnspecified);
}

TEST_F(OneOp, ALargeResizeRunsOnTheCpu) {
  EXPECT_TRUE(
      Check(OpKind::kResizeBilinear, {1, 17, 17, 256}, {2}, {1, 33, 33, 256})
          .is_mapped());
  EXPECT_EQ(
      Check(OpKind::kResizeBilinear, {1, 1, 1, 256}, {2}, {1, 33, 33, 256})
          .mapping,
      Mapping::kUnspecified);
  const OpMapping large =
      Check(OpKind::kResizeBilinear, {1, 33, 33, 21}, {2}, {1, 513, 513, 21});
  EXPECT_EQ(large.mapping, Mapping::kUnspecified);
  EXPECT_THAT(large.detail, HasSubstr("is int8 1x513x513x21"));
}

TEST_F(OneOp, ShapesMustBeKnownAndOfBatchOne) {
  EXPECT_EQ(Check(OpKind::kRelu, {2, 4, 4, 8}, {1}, {2, 4, 4, 8}).mapping,
            Mapping::kUnspecified);
  EXPECT_EQ(Check(OpKind::kRelu, {2, 1, 4, 4, 8}, {1}, {1}).mapping,
            Mapping::kRank);
  EXPECT_TRUE(Check(OpKind::kRelu, {1, 4, 8}, {1}, {1, 4, 8}).is_mapped());
  graph_.tensors[graph_.inputs[0]].shape_signature = {-1, 4, 8};
  EXPECT_TRUE(CheckOp(graph_, graph_.ops[0]).is_mapped());
  graph_.tensors[graph_.inputs[0]].shape_signature = {1, -1, 8};
  EXPECT_EQ(CheckOp(graph_, graph_.ops[0]).mapping, Mapping::kUnspecified);
}

TEST_F(OneOp, WeightsAreConstantAndVersionsKnown) {
  EXPECT_TRUE(
      Check(OpKind::kFullyConnected, {1, 8}, {4, 8}, {1, 4}).is_mapped());
  graph_.ops[0].version = 12;
  EXPECT_EQ(CheckOp(graph_, graph_.ops[0]).mapping, Mapping::kVersion);
  graph_.ops[0].version = 1;
  graph_.tensors[graph_.ops[0].inputs[1]].constant_bytes = std::nullopt;
  EXPECT_EQ(CheckOp(graph_, graph_.ops[0]).mapping, Mapping::kUnspecified);
  EXPECT_EQ(
      Check(OpKind::kFullyConnected, {1, 3, 8}, {4, 8}, {1, 3, 4}).mapping,
      Mapping::kUnspecified);
}

}  // namespace
}  // namespace coralline
