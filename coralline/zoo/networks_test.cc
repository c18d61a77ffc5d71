#include "coralline/zoo/networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "coralline/base/error.h"
#include "coralline/graph/macs.h"
#include "coralline/zoo/testing.h"

namespace coralline {

// What is published; docs/zoo.md has the sources.
struct Published {
  std::string_view name;
  std::int64_t parameters;
  double million_macs;
  int classes = 0;
};

void PrintTo(const Published& published, std::ostream* out) {
  *out << published.name;
}

namespace {

constexpr Published kPublished[] = {
    {"mobilenet_v1", 4'253'864, 569, 1000},
    {"mobilenet_v2", 3'538'984, 300, 1000},
    {"inception_v3", 23'851'784, 5'713, 1000},
    {"inception_resnet_v2", 55'873'736, 13'180, 1000},
    {"resnet50", 25'636'712, 3'858},
    {"resnet101", 44'707'176, 7'570},
    {"resnet152", 60'419'944, 11'282},
    {"resnet50_v2", 25'613'800, 3'481},
    {"resnet101_v2", 44'675'560, 7'192},
    {"resnet152_v2", 60'380'648, 10'905},
    {"vgg16", 138'357'544, 15'470},
    {"vgg19", 143'667'240, 19'630},
    {"densenet121", 8'062'504, 2'830},
    {"densenet169", 14'307'880, 3'360},
    {"densenet201", 20'242'984, 4'290},
    {"xception", 22'910'480, 8'400},
    {"nasnet_mobile", 5'326'716, 564},
};

class PublishedTest : public testing::TestWithParam<Published> {};

TEST_P(PublishedTest, ParametersAreExactAndMacsWithinAPercent) {
  const Published& published = GetParam();
  const NetworkShape shape =
      DescribeNetwork(published.name, {.classes = published.classes});
  EXPECT_EQ(shape.parameters, published.parameters);
  const auto macs = static_cast<double>(MacCount(shape.graph)) / 1e6;
  EXPECT_NEAR(macs, published.million_macs, 0.01 * published.million_macs);
}

INSTANTIATE_TEST_SUITE_P(Zoo, PublishedTest, testing::ValuesIn(kPublished),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

struct Rounded {
  std::string_view name;
  double million_parameters;
  double million_macs;
};

void PrintTo(const Rounded& rounded, std::ostream* out) {
  *out << rounded.name;
}

class EfficientNetLite : public testing::TestWithParam<Rounded> {};

// Three for each value that a convolution gives, as for its batch
// normalization and ReLU6, and one for each sum.
std::int64_t ElementwiseCount(const Graph& graph) {
  std::int64_t count = 0;
  for (const Op& op : graph.ops) {
    const auto values =
        NumElements(graph.tensors[op.outputs[0]].shape).value_or(0);
    const bool is_conv =
        op.kind == OpKind::kConv2d || op.kind == OpKind::kDepthwiseConv2d;
    if (is_conv) count += 3 * values;
    if (op.kind == OpKind::kAdd) count += values;
  }
  return count;
}

// The published counts are larger than ours by just that, for all five, though
// their authors do not say so.
TEST_P(EfficientNetLite, HasTheRoundedCounts) {
  const Rounded& published = GetParam();
  const NetworkShape shape = DescribeNetwork(published.name);
  EXPECT_NEAR(static_cast<double>(shape.parameters) / 1e6,
              published.million_parameters, 0.05);
  const auto operations = static_cast<double>(MacCount(shape.graph) +
                                              ElementwiseCount(shape.graph));
  EXPECT_NEAR(operations / 1e6, published.million_macs,
              0.01 * published.million_macs);
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, EfficientNetLite,
    testing::Values(Rounded{"efficientnet_lite0", 4.7, 407},
                    Rounded{"efficientnet_lite1", 5.4, 631},
                    Rounded{"efficientnet_lite2", 6.1, 899},
                    Rounded{"efficientnet_lite3", 8.2, 1'440},
                    Rounded{"efficientnet_lite4", 13.0, 2'640}),
    [](const auto& test) { return std::string(test.param.name); });

class EveryNetwork : public testing::TestWithParam<Architecture> {};

TEST_P(EveryNetwork, IsTheModelThatItDescribes) {
  const auto name = GetParam().name;
  const int size = testing_util::SmallestSize(name);
  for (const DataType type : {DataType::kInt8, DataType::kUint8}) {
    const NetworkOptions options = {.size = size, .type = type};
    const Model model = GenerateNetwork(name, options);
    EXPECT_EQ(model.name, std::string(name) + "_" + std::to_string(size));
    EXPECT_EQ(model.graph, DescribeNetwork(name, options).graph);
    for (const int input : model.graph.inputs) {
      EXPECT_EQ(model.graph.tensors[input].type, type);
    }
  }
}

TEST_P(EveryNetwork, TakesOtherSizesOrNamesTheLayerThatVanishes) {
  for (int size = 1; size <= 64; ++size) {
    try {
      const NetworkShape shape =
          DescribeNetwork(GetParam().name, {.size = size});
      EXPECT_GT(MacCount(shape.graph), 0);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_THAT(error.what(), testing::HasSubstr("layer '"));
    }
  }
}

std::string WithCommas(std::int64_t number) {
  std::string text;
  const std::string digits = std::to_string(number);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// Up to what others published.
std::string RowOnThePage(const Architecture& architecture) {
  const auto& [name, title, size, classes, has_width] = architecture;
  const NetworkShape shape = DescribeNetwork(name);
  const std::int64_t million_macs =
      (MacCount(shape.graph) + 500'000) / 1'000'000;
  std::ostringstream row;
  row << "| " << name << " | " << title << " | " << size << " | " << classes
      << " | " << shape.graph.num_ops() << " | " << WithCommas(shape.parameters)
      << " | " << WithCommas(million_macs) << " M |";
  return row.str();
}

TEST_P(EveryNetwork, IsOnThePage) {
  std::stringstream page;
  page << std::ifstream(CORALLINE_SOURCE_DIR "/docs/zoo.md").rdbuf();
  EXPECT_THAT(page.str(), testing::HasSubstr(RowOnThePage(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Zoo, EveryNetwork, testing::ValuesIn(Architectures()),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

TEST(GenerateNetwork, DependsOnTheSeedOnly) {
  const auto bytes = [](std::uint64_t seed) {
    return GenerateNetwork("resnet50", {.size = 32, .seed = seed}).bytes;
  };
  EXPECT_TRUE(std::ranges::equal(bytes(7).span(), bytes(7).span()));
  EXPECT_FALSE(std::ranges::equal(bytes(7).span(), bytes(8).span()));
}

std::string MessageOf(std::string_view name, const NetworkOptions& options) {
  try {
    DescribeNetwork(name, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(GenerateNetwork, SaysWhatIsWrong) {
  EXPECT_THAT(MessageOf("resnet60", {}), testing::HasSubstr("'resnet50'"));
  EXPECT_THAT(MessageOf("resnet50", {.size = -1}),
              testing::HasSubstr("size -1 is too small"));
  EXPECT_THAT(MessageOf("resnet50", {.classes = -1}),
              testing::HasSubstr("classes -1 is too small"));
  EXPECT_THAT(MessageOf("resnet50", {.width = 0.5}),
              testing::HasSubstr("--width"));
  EXPECT_THAT(MessageOf("resnet50", {.size = 100'000}),
              testing::HasSubstr("2 GB"));
  EXPECT_THAT(MessageOf("mobilenet_v2", {.classes = 2'000'000'000}),
              testing::HasSubstr("fewer classes"));
  EXPECT_THAT(MessageOf("inception_v3", {.size = 50}),
              testing::HasSubstr("'mixed_7a/conv_72' vanishes"));
}

}  // namespace
}  // namespace coralline
