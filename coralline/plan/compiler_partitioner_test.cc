#include "coralline/plan/compiler_partitioner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "coralline/base/error.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing_util::ChainOf;
using testing_util::GraphMaker;
using testing_util::SizesOf;

TEST(CompilerOrder, AChainKeepsItsOrder) {
  EXPECT_THAT(CompilerOrder(ChainOf({1, 1, 1})), ElementsAre(0, 1, 2));
}

TEST(CompilerOrder, OfWhatIsReadyTheLastRunsFirst) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("x")});
  const int left = maker.Op("left", {a});
  const int left2 = maker.Op("left2", {left});
  const int right = maker.Op("right", {a});
  const int sum = maker.Op("sum", {left2, right});
  EXPECT_THAT(CompilerOrder(maker.Finish({sum})), ElementsAre(0, 3, 1, 2, 4));
}

TEST(CompilerOrder, OpsWithoutPredecessorsAreOnTheStackInTheFilesOrder) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("x")});
  const int b = maker.Op("b", {maker.Input("y")});
  const int sum = maker.Op("sum", {a, b});
  EXPECT_THAT(CompilerOrder(maker.Finish({sum})), ElementsAre(1, 0, 2));
}

// Op 1 is an output and ready after op 0.
Graph OutputInTheMiddle() {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("x"), maker.Constant("aw", 1)});
  const int side = maker.Op("side", {a, maker.Constant("sw", 1)});
  const int b = maker.Op("b", {a, maker.Constant("bw", 1)});
  const int c = maker.Op("c", {b, maker.Constant("cw", 10)});
  return maker.Finish({side, c});
}

TEST(CompilerOrder, OutputsWaitUntilNothingElseIsReady) {
  EXPECT_THAT(CompilerOrder(OutputInTheMiddle()), ElementsAre(0, 2, 1, 3));
}

TEST(CompilerOrder, OpsThatShareStateKeepTheirOrder) {
  GraphMaker maker;
  const int x = maker.Input("x");
  const int state = maker.Variable("state");
  const int first = maker.Op("first", {x, state});
  const int second = maker.Op("second", {x, state});
  const int sum = maker.Op("sum", {first, second});
  EXPECT_THAT(CompilerOrder(maker.Finish({sum})), ElementsAre(0, 1, 2));
}

TEST(CompilerSegments, EachIsFilledUpToTheAverage) {
  EXPECT_THAT(SizesOf(CompilerSegments(ChainOf({10, 10, 10, 10, 10}), 2)),
              ElementsAre(2, 3));
  // The average of 11 B is 5 + 1: the first two just fit.
  EXPECT_THAT(SizesOf(CompilerSegments(ChainOf({3, 3, 5}), 2)),
              ElementsAre(2, 1));
  EXPECT_THAT(SizesOf(CompilerSegments(ChainOf({3, 4, 5}), 2)),
              ElementsAre(2, 1));
  EXPECT_THAT(SizesOf(CompilerSegments(ChainOf({3, 5, 5}), 2)),
              ElementsAre(1, 2));
}

TEST(CompilerSegments, OneIsTheWholeModel) {
  EXPECT_THAT(CompilerSegments(OutputInTheMiddle(), 1),
              ElementsAre(OpRange(0, 4)));
}

TEST(CompilerSegments, OneOpAtLeastIsLeftForEachOfTheOthers) {
  EXPECT_THAT(SizesOf(CompilerSegments(ChainOf({1, 1, 1, 100}), 3)),
              ElementsAre(2, 1, 1));
}

TEST(CompilerSegments, EveryOpFromTheFirstOutputOnIsInTheLast) {
  // By bytes, op 1 would fit into the first as well.
  EXPECT_THAT(CompilerSegments(OutputInTheMiddle(), 2),
              ElementsAre(Segment{{0, 2}}, Segment{{1, 3}}));
}

TEST(CompilerSegments, ConstantsOfCustomOpsDoNotCount) {
  Graph graph = ChainOf({10, 100, 10, 10, 10});
  graph.ops[1].kind = OpKind::kCustom;
  EXPECT_THAT(SizesOf(CompilerSegments(graph, 2)), ElementsAre(3, 2));
}

std::string MessageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
  ADD_FAILURE() << "nothing thrown";
  return "";
}

TEST(CompilerSegments, AnOpAboveTheAverageEndsItWhereASegmentStarts) {
  const Graph graph = ChainOf({1, 100, 1, 1});
  EXPECT_THAT(SizesOf(CompilerSegments(graph, 2)), ElementsAre(1, 3));
  EXPECT_EQ(MessageOf([&] { CompilerSegments(graph, 3); }),
            "op 1 (ADD) has 100 B of parameters, more than the 35 B that the "
            "compiler's partitioner puts into each of 3 segments; ask for "
            "fewer segments, or plan with --strategy optimal");
}

TEST(CompilerSegments, TooFewOpsInFrontOfTheFirstOutputEndIt) {
  EXPECT_EQ(MessageOf([&] { CompilerSegments(OutputInTheMiddle(), 4); }),
            "the compiler's partitioner needs 3 or more ops in front of op 1 "
            "(ADD), the first output, to make 4 segments, and finds 2; ask for "
            "3 or fewer, or plan with --strategy optimal");
}

TEST(CompilerSegments, ConvolutionsOfThePaperAreCutAlikeAtEveryWidth) {
  for (int width = 32; width <= 742; width += 10) {
    SCOPED_TRACE(width);
    const int first = 9 * 3 * width + 4 * width;
    const int other = 9 * width * width + 4 * width;
    for (const bool has_quantize : {false, true}) {
      std::vector<int> bytes = {first, other, other, other, other};
      if (has_quantize) bytes.insert(bytes.begin(), 0);
      const Graph graph = ChainOf(bytes);
      const int more = has_quantize ? 1 : 0;
      EXPECT_THAT(SizesOf(CompilerSegments(graph, 2)),
                  ElementsAre(2 + more, 3));
      EXPECT_THAT(SizesOf(CompilerSegments(graph, 3)),
                  ElementsAre(2 + more, 1, 2));
      EXPECT_THAT(SizesOf(CompilerSegments(graph, 4)),
                  ElementsAre(1 + more, 1, 1, 2));
    }
  }
}

// Some op reads each of up to three earlier ones; what nobody reads is given.
Graph RandomGraph(std::mt19937& random, int num_ops) {
  GraphMaker maker;
  std::vector<int> values = {maker.Input("input")};
  for (int op = 0; op < num_ops; ++op) {
    std::vector<int> inputs = {values[random() % values.size()],
                               values[random() % values.size()], values.back()};
    inputs.resize(1 + random() % 3);
    const std::string name = "op" + std::to_string(op);
    inputs.push_back(
        maker.Constant(name + "/w", static_cast<int>(random() % 50)));
    values.push_back(maker.Op(name, inputs));
  }
  return maker.Finish({values.back()});
}

TEST(CompilerSegments, OfAnyGraphRunOneAfterAnother) {
  std::mt19937 random(4);
  int num_cut = 0;
  int num_reordered = 0;
  for (int trial = 0; trial < 500; ++trial) {
    SCOPED_TRACE(trial);
    const Graph graph =
        RandomGraph(random, 2 + static_cast<int>(random() % 20));
    const auto order = CompilerOrder(graph);
    if (!std::is_sorted(order.begin(), order.end())) ++num_reordered;
    const int num_segments = 2 + static_cast<int>(random() % 3);
    try {
      const auto segments = CompilerSegments(graph, num_segments);
      EXPECT_EQ(static_cast<int>(segments.size()), num_segments);
      EXPECT_NO_THROW(CheckSegments(graph, segments));
      ++num_cut;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kModel);
    }
  }
  EXPECT_GT(num_cut, 100);
  EXPECT_GT(num_reordered, 100);
}

}  // namespace
}  // namespace coralline
