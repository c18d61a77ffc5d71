#include "coralline/report/graph_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "coralline/graph/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing_util::GraphMaker;

void ExpectPlacesOfTheirOwn(const std::vector<OpPlace>& places) {
  std::set<std::pair<int, int>> taken;
  for (const OpPlace& place : places) {
    EXPECT_TRUE(taken.emplace(place.depth, place.lane).second)
        << place.depth << ' ' << place.lane;
  }
}

TEST(LayOut, PutsAChainInOneLane) {
  GraphMaker maker;
  int tensor = maker.Input("in");
  for (const char* name : {"a", "b", "c"}) tensor = maker.Op(name, {tensor});
  EXPECT_THAT(LayOut(maker.Finish({tensor})),
              ElementsAre(OpPlace{0, 0}, OpPlace{1, 0}, OpPlace{2, 0}));
}

// a - b - c - sum, with a short way from a to the sum.
TEST(LayOut, GoesOnInTheLaneOfTheLongestBranch) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("in")});
  const int b = maker.Op("b", {a});
  const int side = maker.Op("side", {a});
  const int c = maker.Op("c", {b});
  const int sum = maker.Op("sum", {side, c});
  const int end = maker.Op("end", {sum});
  EXPECT_THAT(LayOut(maker.Finish({end})),
              ElementsAre(OpPlace{0, 0}, OpPlace{1, 0}, OpPlace{1, 1},
                          OpPlace{2, 0}, OpPlace{3, 0}, OpPlace{4, 0}));
}

// a - short - sum, and a - b - c - sum, the short one first.
TEST(LayOut, KeepsTheLongestWayStraight) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("in")});
  const int side = maker.Op("short", {a});
  const int b = maker.Op("b", {a});
  const int c = maker.Op("c", {b});
  const int sum = maker.Op("sum", {side, c});
  EXPECT_THAT(LayOut(maker.Finish({sum})),
              ElementsAre(OpPlace{0, 0}, OpPlace{1, 1}, OpPlace{1, 0},
                          OpPlace{2, 0}, OpPlace{3, 0}));
}

TEST(LayOut, KeepsTheWayOfAnEdgeFree) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("in")});
  const int b = maker.Op("b", {a});
  const int c = maker.Op("c", {b});
  // Both follow c, and one has to go beside it.
  const int left = maker.Op("left", {c});
  const int right = maker.Op("right", {c});
  const auto places = LayOut(maker.Finish({left, right}));
  EXPECT_EQ(places[3], (OpPlace{3, 0}));
  EXPECT_EQ(places[4], (OpPlace{3, 1}));
}

TEST(LayOut, OfNothingIsEmpty) { EXPECT_TRUE(LayOut(Graph()).empty()); }

TEST(LayOut, GivesEachOfManyOpsAPlaceOfItsOwn) {
  for (int seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    GraphMaker maker;
    std::vector<int> tensors = {maker.Input("in")};
    constexpr int kOps = 1000;
    for (int op = 0; op < kOps; ++op) {
      // Near ones mostly, and any now and then.
      std::vector<int> inputs;
      for (int i = 0; i < 1 + op % 3; ++i) {
        const int back = 1 + static_cast<int>(random() % (1 + op % 40));
        const int from = static_cast<int>(tensors.size()) - back;
        inputs.push_back(tensors[std::max(0, from)]);
      }
      tensors.push_back(maker.Op(std::to_string(op), inputs));
    }
    const Graph graph = maker.Finish({tensors.back()});
    const auto places = LayOut(graph);
    ExpectPlacesOfTheirOwn(places);
    const auto inputs = InputOps(graph);
    for (int op = 0; op < kOps; ++op) {
      for (const int input : inputs[op]) {
        EXPECT_LT(places[input].depth, places[op].depth);
      }
    }
  }
}

TEST(InputOps, NamesEachOnceAndNoConstants) {
  GraphMaker maker;
  const int a = maker.Op("a", {maker.Input("in")});
  const int b = maker.Op("b", {maker.Constant("w", 8), a, a});
  EXPECT_THAT(InputOps(maker.Finish({b})),
              ElementsAre(std::vector<int>{}, std::vector<int>{0}));
}

}  // namespace
}  // namespace coralline
