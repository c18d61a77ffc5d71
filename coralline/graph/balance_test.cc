#include "coralline/graph/balance.h"

#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/graph/testing.h"

namespace coralline {
namespace {

using testing_util::GraphMaker;

struct Layer {
  int parameter_bytes;
  int output_bytes = 1;
};

Graph Chain(const std::vector<Layer>& layers) {
  GraphMaker make;
  int tensor = make.Input("in");
  for (const Layer& layer : layers) {
    const int weights = make.Constant("w", layer.parameter_bytes);
    tensor = make.Op("t", {tensor, weights}, layer.output_bytes);
  }
  return make.Finish({tensor});
}

TEST(EqualParameterCuts, MinimisesTheLargestSegment) {
  EXPECT_EQ(EqualParameterCuts(Chain({{6}, {10}, {10}, {10}, {1}}), 2),
            (std::vector{2}));
  EXPECT_EQ(EqualParameterCuts(Chain({{1}, {1}, {1}, {9}}), 3),
            (std::vector{1, 3}));
  EXPECT_EQ(EqualParameterCuts(Chain({{1}, {2}}), 1), std::vector<int>{});
}

TEST(EqualParameterCuts, BreaksTiesByCrossingBytes) {
  EXPECT_EQ(EqualParameterCuts(Chain({{9}, {0, 50}, {0, 3}, {0, 50}, {9}}), 2),
            (std::vector{1}));
  EXPECT_EQ(
      EqualParameterCuts(Chain({{9, 8}, {0, 50}, {0, 3}, {0, 50}, {9}}), 2),
      (std::vector{3}));
}

TEST(EqualParameterCuts, RefusesMoreStagesThanOps) {
  EXPECT_THROW(EqualParameterCuts(Chain({{1}, {2}}), 3), Error);
  EXPECT_THROW(EqualParameterCuts(Chain({{1}, {2}}), 0), Error);
}

}  // namespace
}  // namespace coralline
