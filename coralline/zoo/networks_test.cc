#include "coralline/zoo/networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "coralline/base/error.h"
#include "coralline/graph/macs.h"

namespace coralline {
namespace {

// What is published; docs/zoo.md has the sources.
struct Published {
  std::string_view name;
  std::int64_t parameters;
  double million_macs;
};

constexpr Published kPublished[] = {
    {"resnet50", 25'636'712, 3'858},     {"resnet101", 44'707'176, 7'570},
    {"resnet152", 60'419'944, 11'282},   {"resnet50_v2", 25'613'800, 3'481},
    {"resnet101_v2", 44'675'560, 7'192}, {"resnet152_v2", 60'380'648, 10'905},
};

class PublishedTest : public testing::TestWithParam<Published> {};

TEST_P(PublishedTest, ParametersAreExactAndMacsWithinAPercent) {
  const Published& published = GetParam();
  const NetworkShape shape = DescribeNetwork(published.name);
  EXPECT_EQ(shape.parameters, published.parameters);
  const auto macs = static_cast<double>(MacCount(shape.graph)) / 1e6;
  EXPECT_NEAR(macs, published.million_macs, 0.01 * published.million_macs);
}

INSTANTIATE_TEST_SUITE_P(Zoo, PublishedTest, testing::ValuesIn(kPublished),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

}  // namespace
}  // namespace coralline
