// What the compiler and the paper's authors make of the networks that they
// published, and of real models.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "coralline/base/error.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/equal_layers.h"
#include "coralline/plan/libcoral_partitioner.h"
#include "coralline/plan/testing.h"
#include "coralline/sim/measurement.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/reader.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing_util::CostsBy;
using testing_util::SizesOf;
using Cutter = std::vector<Segment> (*)(const Graph&, int);

TEST(Baselines, TheCompilerCutsGeneratedConvolutionsAlikeAtEveryWidth) {
  for (const int width : {32, 212, 742}) {
    const Graph graph = GenerateConv({.width = width, .size = 8}).graph;
    EXPECT_THAT(SizesOf(CompilerSegments(graph, 2)), ElementsAre(2, 3));
    EXPECT_THAT(SizesOf(CompilerSegments(graph, 3)), ElementsAre(2, 1, 2));
    EXPECT_THAT(SizesOf(CompilerSegments(graph, 4)), ElementsAre(1, 1, 1, 2));
  }
}

TEST(Baselines, EqualLayersOfTheFullyConnectedNets) {
  for (int width = 100; width <= 2620; width += 40) {
    SCOPED_TRACE(width);
    const double macs = width * (64.0 + 10.0 + 3.0 * width);
    const Graph graph =
        NetworkOf({.kind = "fc", .width = width, .layers = 5, .macs = macs});
    EXPECT_THAT(SizesOf(EqualLayerSegments(graph, 2)), ElementsAre(2, 3));
    EXPECT_THAT(SizesOf(EqualLayerSegments(graph, 3)), ElementsAre(1, 2, 2));
    EXPECT_THAT(SizesOf(EqualLayerSegments(graph, 4)), ElementsAre(1, 1, 1, 2));
  }
}

TEST(Baselines, EqualLayersCountAnActivationWithItsLayer) {
  for (const int width : {100, 1000}) {
    const Graph relu = GenerateFullyConnected({.width = width}).graph;
    EXPECT_THAT(SizesOf(EqualLayerSegments(relu, 3)), ElementsAre(1, 2, 2));
    // A TANH after each layer but the last.
    const Graph tanh =
        GenerateFullyConnected(
            {.width = width, .activation = HiddenActivation::kTanh})
            .graph;
    EXPECT_THAT(SizesOf(EqualLayerSegments(tanh, 2)), ElementsAre(4, 5));
    EXPECT_THAT(SizesOf(EqualLayerSegments(tanh, 3)), ElementsAre(2, 4, 3));
    EXPECT_THAT(SizesOf(EqualLayerSegments(tanh, 4)), ElementsAre(2, 2, 2, 3));
  }
}

// The usual cut of its profiled convolutions on four devices.
TEST(Baselines, LibcoralOnTheSimulatorGivesThePapersProfiledCut) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  for (int width = 32; width <= 742; width += 10) {
    SCOPED_TRACE(width);
    const Graph graph =
        NetworkOf({.kind = "conv", .width = width, .layers = 5});
    const auto layers = MakeLayers(graph, spec);
    CostsBy costs([&](std::span<const int> ops) {
      const Segment segment{{ops.begin(), ops.end()}};
      const double ms = CostOf(graph, segment, layers, spec).warm_ms();
      return StageCost{.busy = nanoseconds(std::llround(ms * 1e6))};
    });
    const LibcoralResult result = LibcoralSegments(
        graph, costs, 4, {.diff_threshold = nanoseconds(1000)});
    EXPECT_THAT(SizesOf(result.segments), ElementsAre(2, 1, 1, 1));
  }
}

struct Series {
  const char* file;
  Cutter cut;
};

void PrintTo(const Series& series, std::ostream* out) { *out << series.file; }

class PublishedCuts : public testing::TestWithParam<Series> {};

TEST_P(PublishedCuts, AreThoseOfEveryRow) {
  const auto path =
      std::filesystem::path(CORALLINE_MEASUREMENTS_DIR) / GetParam().file;
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the shared measurements are not here";
  }
  for (const Measurement& row : ReadMeasurements(path)) {
    SCOPED_TRACE(row.width);
    EXPECT_EQ(SizesOf(GetParam().cut(NetworkOf(row), row.segments)), row.split);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Default, PublishedCuts,
    testing::Values(Series{"conv_2tpu_default.csv", CompilerSegments},
                    Series{"conv_4tpu_default.csv", CompilerSegments},
                    Series{"fc_2tpu_default.csv", EqualLayerSegments},
                    Series{"fc_4tpu_default.csv", EqualLayerSegments}));

Graph SharedModel(const std::string& file) {
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) / file;
  if (!std::filesystem::exists(path)) return {};
  return ReadTflite(path).graph;
}

// Bytes that the partitioner counts for each segment.
std::vector<std::int64_t> BytesOf(const Graph& graph,
                                  const std::vector<Segment>& segments) {
  std::vector<std::int64_t> bytes;
  for (const Segment& segment : segments) {
    bytes.push_back(
        std::accumulate(segment.ops.begin(), segment.ops.end(), std::int64_t{0},
                        [&](std::int64_t sum, int op) {
                          return sum + ParameterBytes(graph, graph.ops[op]);
                        }));
  }
  return bytes;
}

// HanChangHun/Segments-Runner, mobilenet_v2_1.0_224_inat_bird in 3 segments:
// 54, 7 and 4 ops. It is this model with 965 classes and without the RESHAPE.
TEST(Baselines, TheCompilerCutsMobileNetV2AsPublished) {
  Graph graph = SharedModel("mobilenet_v2_1.0_224_quant.tflite");
  if (graph.ops.empty()) GTEST_SKIP() << "the shared models are not here";
  const Op& head = graph.ops.at(63);
  graph.tensors[head.inputs.at(1)].constant_bytes = 965 * 1280;
  graph.tensors[head.inputs.at(2)].constant_bytes = 965 * 4;
  graph.ops.at(64).inputs.resize(1);
  const auto segments = CompilerSegments(graph, 3);
  EXPECT_THAT(SizesOf(segments), ElementsAre(54, 7, 4 + 1));
  EXPECT_THAT(BytesOf(graph, segments),
              ElementsAre(1'040'704, 802'560, 1'653'780));
}

struct Cuttable {
  const char* file;
  int max_segments = 4;
};

void PrintTo(const Cuttable& model, std::ostream* out) { *out << model.file; }

class RealModels : public testing::TestWithParam<Cuttable> {};

TEST_P(RealModels, RunInTheSegmentsOfTheBaselines) {
  const Graph graph = SharedModel(GetParam().file);
  if (graph.ops.empty()) GTEST_SKIP() << "the shared models are not here";
  const int max_segments = GetParam().max_segments;
  for (const Cutter cut : {CompilerSegments, EqualLayerSegments}) {
    for (int segments = 2; segments <= max_segments; ++segments) {
      EXPECT_NO_THROW(CheckSegments(graph, cut(graph, segments)));
    }
  }
  // Where it ends, the last convolution has more than the average.
  if (max_segments < 4) {
    EXPECT_THROW(CompilerSegments(graph, max_segments + 1), Error);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shared, RealModels,
    testing::Values(Cuttable{"mobilenet_v1_0.25_128_quant.tflite", 3},
                    Cuttable{"mobilenet_v2_1.0_224_quant.tflite"},
                    Cuttable{"tf2_mobilenet_v2_1.0_224_ptq.tflite"},
                    Cuttable{"movenet_single_pose_lightning_ptq.tflite"},
                    Cuttable{"deeplabv3_mnv2_dm05_pascal_quant.tflite"}));

}  // namespace
}  // namespace coralline
