// The MobileNets and Inceptions against what others counted and published of
// them, op by op where there is a file.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/graph/macs.h"
#include "coralline/tflite/reader.h"
#include "coralline/zoo/networks.h"

namespace coralline {

struct PublishedFile {
  std::string_view name;
  NetworkOptions options;
  std::string_view file;
};

void PrintTo(const PublishedFile& published, std::ostream* out) {
  *out << published.file;
}

// Counted from TF-Slim's definitions, independently of this code, for a cost
// model of the Edge TPU.
struct Reference {
  std::string_view name;
  NetworkOptions options;
  double million_weights;
  int weighted_ops;
  int uneven_ops;
  std::int64_t conv_cycles;
  double million_macs;
};

void PrintTo(const Reference& reference, std::ostream* out) {
  *out << reference.name;
}

namespace {

class PublishedFileTest : public testing::TestWithParam<PublishedFile> {};

// What of an op does not depend on training.
struct Form {
  OpKind kind;
  int version;
  std::vector<std::vector<std::int32_t>> shapes;
  std::int64_t macs;

  bool operator==(const Form&) const = default;
};

std::vector<Form> FormsOf(const Graph& graph) {
  std::vector<Form> forms;
  for (const Op& op : graph.ops) {
    Form form = {op.kind, op.version, {}, MacCount(graph, op)};
    for (const auto& tensors : {op.inputs, op.outputs}) {
      for (const int tensor : tensors) {
        form.shapes.push_back(graph.tensors[tensor].shape);
      }
    }
    forms.push_back(form);
  }
  return forms;
}

TEST_P(PublishedFileTest, HasTheSameOpsInTheSameOrder) {
  const PublishedFile& published = GetParam();
  const auto path =
      std::filesystem::path(CORALLINE_MODELS_DIR) / published.file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared models";
  const Graph expected = ReadTflite(path).graph;
  const Graph graph = DescribeNetwork(published.name, published.options).graph;
  const auto forms = FormsOf(graph);
  const auto expected_forms = FormsOf(expected);
  ASSERT_EQ(forms.size(), expected_forms.size());
  for (std::size_t i = 0; i < forms.size(); ++i) {
    EXPECT_EQ(forms[i], expected_forms[i]) << "op " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, PublishedFileTest,
    testing::Values(
        PublishedFile{"mobilenet_v1",
                      {.size = 128, .width = 0.25, .type = DataType::kUint8},
                      "mobilenet_v1_0.25_128_quant.tflite"},
        PublishedFile{"mobilenet_v2",
                      {.type = DataType::kUint8},
                      "mobilenet_v2_1.0_224_quant.tflite"}),
    [](const auto& test) { return std::string(test.param.name); });

bool IsWeighted(const Op& op) {
  return op.kind == OpKind::kConv2d || op.kind == OpKind::kDepthwiseConv2d ||
         op.kind == OpKind::kFullyConnected;
}

std::int64_t Elements(const Graph& graph, int tensor) {
  return NumElements(graph.tensors[tensor].shape).value();
}

std::int64_t WeightsOf(const Graph& graph) {
  std::int64_t weights = 0;
  for (const Op& op : graph.ops) {
    if (IsWeighted(op)) weights += Elements(graph, op.inputs[1]);
  }
  return weights;
}

std::int64_t BiasesOf(const Graph& graph) {
  std::int64_t biases = 0;
  for (const Op& op : graph.ops) {
    if (IsWeighted(op)) biases += Elements(graph, op.inputs[2]);
  }
  return biases;
}

// A map that does not divide over 4x4 tiles.
bool IsUneven(const Graph& graph, const Op& op) {
  const auto& shape = graph.tensors[op.outputs[0]].shape;
  return shape.size() == 4 && shape[1] > 1 &&
         (shape[1] % 4 != 0 || shape[2] % 4 != 0);
}

// Of a convolution, on 4x4 tiles that take 4 channels to 64 at a time.
std::int64_t CyclesOf(const Graph& graph, const Op& op) {
  constexpr auto kCeil = [](std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
  };
  if (op.kind != OpKind::kConv2d) return 0;
  const auto& weights = graph.tensors[op.inputs[1]].shape;
  const auto& output = graph.tensors[op.outputs[0]].shape;
  return kCeil(output[1], 4) * kCeil(output[2], 4) * weights[1] * weights[2] *
         kCeil(weights[3], 4) * kCeil(weights[0], 64);
}

class ReferenceTest : public testing::TestWithParam<Reference> {};

TEST_P(ReferenceTest, HasTheOpsWeightsCyclesAndMacs) {
  const Reference& reference = GetParam();
  const Graph graph = DescribeNetwork(reference.name, reference.options).graph;
  int weighted = 0;
  int uneven = 0;
  std::int64_t cycles = 0;
  for (const Op& op : graph.ops) {
    weighted += IsWeighted(op) ? 1 : 0;
    uneven += IsUneven(graph, op) ? 1 : 0;
    cycles += CyclesOf(graph, op);
  }
  EXPECT_EQ(weighted, reference.weighted_ops);
  EXPECT_EQ(uneven, reference.uneven_ops);
  EXPECT_EQ(cycles, reference.conv_cycles);
  EXPECT_NEAR(static_cast<double>(MacCount(graph)) / 1e6,
              reference.million_macs, 1);
  EXPECT_NEAR(static_cast<double>(WeightsOf(graph)) / 1e6,
              reference.million_weights, 0.006);
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, ReferenceTest,
    testing::Values(
        Reference{"mobilenet_v1", {}, 4.21, 28, 16, 169'744, 568},
        Reference{"mobilenet_v1",
                  {.size = 128, .width = 0.25},
                  0.46,
                  28,
                  0,
                  6'784,
                  13},
        Reference{"mobilenet_v2", {}, 3.47, 53, 40, 113'596, 300},
        Reference{"inception_v1", {}, 6.61, 58, 58, 454'916, 1'498},
        Reference{"inception_v2", {}, 11.17, 71, 65, 606'976, 1'934},
        Reference{"inception_v3", {}, 23.80, 95, 92, 1'818'464, 5'713},
        Reference{"inception_v4", {}, 42.62, 150, 146, 4'047'460, 12'253}),
    [](const auto& test) {
      const bool is_narrow = test.param.options.width < 1;
      return std::string(test.param.name) + (is_narrow ? "_narrow" : "");
    });

// keras.applications, with 1000 classes; MACs of the papers.
TEST(MobileNet, HasThePublishedCountsInOtherWidths) {
  struct Width {
    std::string_view name;
    double width;
    std::int64_t parameters;
    double million_macs;
  };
  constexpr Width kWidths[] = {{"mobilenet_v1", 0.25, 475'544, 41},
                               {"mobilenet_v1", 0.5, 1'342'536, 149},
                               {"mobilenet_v1", 0.75, 2'601'976, 325},
                               {"mobilenet_v2", 1.4, 6'156'712, 582}};
  for (const auto& [name, width, parameters, million_macs] : kWidths) {
    const NetworkShape shape =
        DescribeNetwork(name, {.classes = 1000, .width = width});
    EXPECT_EQ(shape.parameters, parameters) << name << ' ' << width;
    EXPECT_NEAR(static_cast<double>(MacCount(shape.graph)) / 1e6, million_macs,
                0.01 * million_macs)
        << name << ' ' << width;
  }
}

// Batch normalization has a scale and a shift to train in the networks'
// PyTorch editions; a shift, a mean and a variance count here.
TEST(Inception, HasThePublishedCountsOfTheEditionsWithScales) {
  struct Edition {
    std::string_view name;
    std::int64_t trainable;
  };
  constexpr Edition kEditions[] = {
      {"inception_v1", 6'624'904},   // torchvision's GoogLeNet, without heads
      {"inception_v3", 23'834'568},  // timm's, and below
      {"inception_v4", 42'679'816},
      {"inception_resnet_v2", 55'843'464}};
  for (const auto& [name, trainable] : kEditions) {
    const NetworkShape shape = DescribeNetwork(name, {.classes = 1000});
    const std::int64_t folded = WeightsOf(shape.graph) + BiasesOf(shape.graph);
    const std::int64_t channels = (shape.parameters - folded) / 2;
    EXPECT_EQ(folded + channels, trainable) << name;
  }
}

}  // namespace
}  // namespace coralline
