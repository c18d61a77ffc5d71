#include "coralline/rewrite/conv_scales.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace coralline {
namespace {

TEST(FixedPoint, RoundsTo31Bits) {
  EXPECT_EQ(FixedPoint(0), FixedPointFactor{});
  EXPECT_EQ(FixedPoint(1), (FixedPointFactor{1 << 30, 1}));
  EXPECT_EQ(FixedPoint(0.75), (FixedPointFactor{3 << 29, 0}));
  // The fraction rounds up to one.
  EXPECT_EQ(FixedPoint(1 - 1e-12), (FixedPointFactor{1 << 30, 1}));
  EXPECT_EQ(FixedPoint(std::ldexp(1, -40)), FixedPointFactor{});
}

TEST(ExactConvScales, KeepScalesThatFit) {
  const auto scales = ExactConvScales({0.5F, 0.25F, 0.05F});
  ASSERT_TRUE(scales);
  EXPECT_EQ(scales->input, 0.5F);
  EXPECT_EQ(scales->weights, 0.25F);
}

TEST(ExactConvScales, FindScalesWithTheSameFactorsNearby) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<float> scale(-4, 2);
  for (int i = 0; i < 2000; ++i) {
    const LayerScales layer{scale(random), scale(random), scale(random)};
    const auto conv = ExactConvScales(layer);
    ASSERT_TRUE(conv);
    const float product = layer.input * layer.weights;
    EXPECT_EQ(conv->input * conv->weights, product);
    EXPECT_EQ(FixedPoint(static_cast<double>(conv->input) * conv->weights /
                         conv->output),
              FixedPoint(static_cast<double>(product) / layer.output));
    EXPECT_NEAR(conv->input / layer.input, 1, 1e-3);
  }
}

TEST(ExactConvScales, RefuseWhatIsNoScale) {
  EXPECT_FALSE(ExactConvScales({0, 1, 1}));
  EXPECT_FALSE(ExactConvScales({1, -1, 1}));
  EXPECT_FALSE(ExactConvScales({1e-30F, 1e-30F, 1}));
  EXPECT_FALSE(ExactConvScales({1, NAN, 1}));
}

}  // namespace
}  // namespace coralline
