#include "coralline/graph/boundary.h"

#include <gtest/gtest.h>

#include "coralline/graph/testing.h"

namespace coralline {
namespace {

using testing_util::GraphMaker;

// x, y are inputs; op 0 makes a (an output of the model, read again by op 2),
// op 1 makes b, op 2 makes c.
struct Example {
  GraphMaker make;
  int y = make.Input("y", 5);
  int x = make.Input("x", 7);
  int w = make.Constant("w", 100);
  int a = make.Op("a", {x, w}, 10);
  int b = make.Op("b", {a, y}, 20);
  int c = make.Op("c", {b, a, Op::kNoTensor}, 30);
  Graph graph = make.Finish({c, a});
};

TEST(FindBoundary, OfTheWholeGraphIsTheModelsInterface) {
  const Example e;
  EXPECT_EQ(FindBoundary(e.graph, OpRange(0, 3)),
            (Boundary{{e.y, e.x}, {e.c, e.a}}));
}

TEST(FindBoundary, GivesWhatTheModelReturnsAndLaterOpsRead) {
  const Example e;
  EXPECT_EQ(FindBoundary(e.graph, OpRange(0, 2)),
            (Boundary{{e.y, e.x}, {e.a, e.b}}));
  EXPECT_EQ(FindBoundary(e.graph, OpRange(2, 3)),
            (Boundary{{e.b, e.a}, {e.c}}));
}

TEST(CrossingBytes, CountsEachTensorOnce) {
  const Example e;
  EXPECT_EQ(CrossingBytes(e.graph), (std::vector<std::int64_t>{0, 10, 30}));
}

}  // namespace
}  // namespace coralline
