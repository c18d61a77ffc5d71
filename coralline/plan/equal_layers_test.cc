#include "coralline/plan/equal_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/plan/testing.h"

namespace coralline {
namespace {

using testing::ElementsAre;
using testing_util::ChainOf;
using testing_util::SizesOf;

TEST(EqualLayerSegments, TheLastSegmentsTakeTheRemainder) {
  const Graph five = ChainOf({9, 1, 1, 1, 1});
  EXPECT_THAT(SizesOf(EqualLayerSegments(five, 1)), ElementsAre(5));
  EXPECT_THAT(SizesOf(EqualLayerSegments(five, 2)), ElementsAre(2, 3));
  EXPECT_THAT(SizesOf(EqualLayerSegments(five, 3)), ElementsAre(1, 2, 2));
  EXPECT_THAT(SizesOf(EqualLayerSegments(five, 4)), ElementsAre(1, 1, 1, 2));
  EXPECT_THAT(SizesOf(EqualLayerSegments(five, 5)), ElementsAre(1, 1, 1, 1, 1));
  EXPECT_THAT(SizesOf(EqualLayerSegments(ChainOf({1, 1, 1, 1, 1, 1}), 3)),
              ElementsAre(2, 2, 2));
}

TEST(EqualLayerSegments, OpsWithoutParametersBelongToTheLayerInFront) {
  // QUANTIZE, then layers of two ops, the last of one.
  const Graph graph = ChainOf({0, 5, 0, 5, 0, 5, 0, 5, 0, 5});
  EXPECT_THAT(EqualLayerSegments(graph, 3),
              ElementsAre(OpRange(0, 3), OpRange(3, 7), OpRange(7, 10)));
}

TEST(EqualLayerSegments, MoreSegmentsThanLayersAreRefused) {
  try {
    EqualLayerSegments(ChainOf({0, 5, 0, 5, 0}), 3);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(),
                 "3 segments of equal layers asked for, 2 ops have parameters; "
                 "ask for 2 segments or fewer");
  }
}

}  // namespace
}  // namespace coralline
