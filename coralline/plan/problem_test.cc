#include "coralline/plan/problem.h"

#include <gtest/gtest.h>

#include "coralline/graph/testing.h"

namespace coralline {
namespace {

TEST(PrecedenceOf, IsWhatOpsReadAndTheStateTheyShare) {
  testing_util::GraphMaker maker;
  const int input = maker.Input("input");
  const int state = maker.Variable("state");
  const int a = maker.Op("a", {input, state});
  const int b = maker.Op("b", {a, a});
  const int c = maker.Op("c", {input, state});
  const Graph graph = maker.Finish({b, c});
  EXPECT_EQ(PrecedenceOf(graph), (Precedence{{}, {0}, {0}}));
}

TEST(NumParts, CountsWhatNothingJoins) {
  EXPECT_EQ(NumParts({{}, {0}, {1}}), 1);
  EXPECT_EQ(NumParts({{}, {}, {0}, {1}}), 2);
  EXPECT_EQ(NumParts({{}, {}, {0, 1}}), 1);
  EXPECT_EQ(NumParts({{}, {}, {}}), 3);
}

}  // namespace
}  // namespace coralline
