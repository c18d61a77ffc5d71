#include "coralline/graph/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/graph/testing.h"

namespace coralline {
namespace {

using testing::HasSubstr;
using testing_util::GraphMaker;

template <typename Function>
std::string ErrorOf(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// in -> 0 -> 1 -> 3, and 0 -> 2 -> 3.
Graph Diamond() {
  GraphMaker make;
  const int in = make.Input("in");
  const int a = make.Op("a", {in});
  const int b = make.Op("b", {a});
  const int c = make.Op("c", {a});
  return make.Finish({make.Op("d", {b, c})});
}

TEST(SegmentsAt, CutsBeforeTheNamedOps) {
  EXPECT_EQ(SegmentsAt(4, std::vector{1, 3}),
            (std::vector<Segment>{{{0}}, {{1, 2}}, {{3}}}));
  EXPECT_EQ(SegmentsAt(2, {}), (std::vector<Segment>{{{0, 1}}}));
}

TEST(SegmentsAt, RefusesCutsOutOfOrderOrRange) {
  for (const auto& cuts : {std::vector{0}, {4}, {2, 2}, {3, 1}, {-1}}) {
    EXPECT_THROW(SegmentsAt(4, cuts), Error) << cuts[0];
  }
  EXPECT_THAT(ErrorOf([] { SegmentsAt(4, std::vector{7}); }),
              HasSubstr("cut 7 is invalid: cuts increase and lie between 1 "
                        "and 3"));
}

TEST(FormatSegment, JoinsRuns) {
  EXPECT_EQ(FormatSegment(OpRange(0, 12)), "ops 0-11");
  EXPECT_EQ(FormatSegment({{3}}), "op 3");
  EXPECT_EQ(FormatSegment({{0, 1, 2, 5, 7, 8}}), "ops 0-2,5,7-8");
}

TEST(CutAfterTensor, FindsTheProducer) {
  EXPECT_EQ(CutAfterTensor(Diamond(), "b"), 2);
  EXPECT_THAT(ErrorOf([] { CutAfterTensor(Diamond(), "in"); }),
              HasSubstr("no op produces a tensor named 'in'"));
}

TEST(CheckSegment, AcceptsConvexSets) {
  EXPECT_NO_THROW(CheckSegment(Diamond(), {{0, 2}}));
  EXPECT_NO_THROW(CheckSegment(Diamond(), {{1, 2}}));
  EXPECT_NO_THROW(CheckSegment(Diamond(), OpRange(0, 4)));
}

TEST(CheckSegment, RefusesAPathThatLeavesAndReturns) {
  EXPECT_THAT(ErrorOf([] {
                CheckSegment(Diamond(), {{0, 1, 3}});
              }),
              HasSubstr("not convex: op 3 needs op 2"));
}

TEST(CheckSegment, RefusesBadIndices) {
  EXPECT_THROW(CheckSegment(Diamond(), {}), Error);
  EXPECT_THROW(CheckSegment(Diamond(), {{4}}), Error);
  EXPECT_THROW(CheckSegment(Diamond(), {{-1}}), Error);
  EXPECT_THROW(CheckSegment(Diamond(), {{2, 1}}), Error);
  EXPECT_THROW(CheckSegment(Diamond(), {{1, 1}}), Error);
}

TEST(CheckSegments, AcceptsAnyTopologicalOrderOfConvexSets) {
  const std::vector<Segment> segments = {{{0, 2}}, {{1}}, {{3}}};
  EXPECT_NO_THROW(CheckSegments(Diamond(), segments));
}

TEST(CheckSegments, RefusesGapsOverlapsAndBackwardNeeds) {
  const auto error = [](std::vector<Segment> segments) {
    return ErrorOf([&] { CheckSegments(Diamond(), segments); });
  };
  EXPECT_THAT(error({{{0, 1}}, {{3}}}), HasSubstr("needs op 2"));
  EXPECT_THAT(error({{{0, 1, 2}}}), HasSubstr("op 3 (ADD) is in no segment"));
  EXPECT_THAT(error({{{0, 1}}, {{1, 2, 3}}}),
              HasSubstr("op 1 is in segments 0 and 1"));
  EXPECT_THAT(error({{{1}}, {{0, 2, 3}}}), HasSubstr("needs op 0"));
}

TEST(CheckSegments, KeepsSharedStateTogether) {
  GraphMaker make;
  const int in = make.Input("in");
  const int state = make.Variable("state");
  const int a = make.Op("a", {in, state});
  const Graph graph = make.Finish({make.Op("b", {a, state})});
  EXPECT_NO_THROW(CheckSegments(graph, SegmentsAt(2, {})));
  EXPECT_THAT(
      ErrorOf([&] { CheckSegments(graph, SegmentsAt(2, std::vector{1})); }),
      HasSubstr("ops 0 and 1 share the state tensor 'state'"));
}

}  // namespace
}  // namespace coralline
