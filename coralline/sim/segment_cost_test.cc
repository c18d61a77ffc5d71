#include "coralline/sim/segment_cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

const DeviceSpec& Paper() {
  static const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  return spec;
}

SegmentCost WholeCost(const Measurement& row) {
  const Graph graph = NetworkOf(row);
  return CostOf(graph, OpRange(0, graph.num_ops()), MakeLayers(graph, Paper()),
                Paper());
}

TEST(CostOf, PartsAddUp) {
  const SegmentCost cost =
      WholeCost({.kind = "conv", .width = 452, .layers = 5});
  double compute = 0;
  double streaming = Paper().streaming_fixed_ms;
  for (const LayerCost& layer : cost.layers) {
    compute += layer.compute_ms;
    streaming += layer.streaming_ms;
  }
  EXPECT_NEAR(compute, cost.compute_ms, 1e-9);
  EXPECT_NEAR(streaming, cost.streaming_ms, 1e-9);
  EXPECT_TRUE(cost.is_interpolated);
  EXPECT_EQ(std::count_if(cost.layers.begin(), cost.layers.end(),
                          [](const LayerCost& l) { return l.passes == 3; }),
            1);
  EXPECT_GT(cost.first_ms(), cost.warm_ms());
}

TEST(CostOf, AFurtherCutCostsTheProgramAndTheTensor) {
  const Graph graph =
      NetworkOf({.kind = "fc", .width = 100, .layers = 5, .macs = 37400});
  const auto layers = MakeLayers(graph, Paper());
  const double whole = CostOf(graph, OpRange(0, 5), layers, Paper()).warm_ms();
  const double parts = CostOf(graph, OpRange(0, 2), layers, Paper()).warm_ms() +
                       CostOf(graph, OpRange(2, 5), layers, Paper()).warm_ms();
  EXPECT_NEAR(parts - whole, 0.055 + 12767 / 329e3, 0.002);
}

TEST(InstructionBytes, CountsLayersUnevenMapsAndSoftmax) {
  const std::vector<Layer> layers = {
      {.kind = LayerKind::kConv, .is_uneven = true},
      {.kind = LayerKind::kFullyConnected},
      {.kind = LayerKind::kOther, .is_uneven = true},
      {.kind = LayerKind::kSoftmax}};
  EXPECT_EQ(InstructionBytes(layers), 12767 + 2 * 1174 + 2 * 1546 + 761);
}

TEST(StreamingPasses, GrowAsTheMapsFillTheMemory) {
  const auto passes = [](std::int64_t tile_bytes, bool has_large_input) {
    return StreamingPasses(
        {.input_tile_bytes = tile_bytes, .output_tile_bytes = tile_bytes},
        Paper(), has_large_input);
  };
  EXPECT_EQ(passes(98304, false), 1);
  EXPECT_EQ(passes(98305, false), 3);
  EXPECT_EQ(passes(163840, false), 3);
  EXPECT_EQ(passes(163841, false), 5);
  EXPECT_EQ(passes(163840, true), 5);
  EXPECT_EQ(passes(190000, false), 8);
  EXPECT_EQ(passes(400000, false), 8);
}

struct Series {
  const char* name;
  const char* file;
  bool is_streaming;
  double median;  // of the relative error, at most
  double maximum;
};

class PublishedTimes : public testing::TestWithParam<Series> {};

TEST_P(PublishedTimes, OneDevice) {
  const auto path =
      std::filesystem::path(CORALLINE_MEASUREMENTS_DIR) / GetParam().file;
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the published measurements are not here";
  }
  std::vector<double> errors;
  for (const Measurement& row : ReadMeasurements(path)) {
    const bool is_streaming = row.off_chip_mib.at(0) > 0;
    if (row.quality != "ok" || is_streaming != GetParam().is_streaming) {
      continue;
    }
    errors.push_back(
        std::abs(WholeCost(row).warm_ms() / row.ms_per_inference - 1));
  }
  ASSERT_GT(errors.size(), 10U);
  std::sort(errors.begin(), errors.end());
  RecordProperty("rows", static_cast<int>(errors.size()));
  RecordProperty("median", std::to_string(errors[errors.size() / 2]));
  RecordProperty("maximum", std::to_string(errors.back()));
  EXPECT_LE(errors[errors.size() / 2], GetParam().median);
  EXPECT_LE(errors.back(), GetParam().maximum);
}

INSTANTIATE_TEST_SUITE_P(
    Shared, PublishedTimes,
    testing::Values(Series{"FcStreaming", "fc_1tpu.csv", true, 0.005, 0.02},
                    Series{"FcOnChip", "fc_1tpu.csv", false, 0.16, 0.6},
                    Series{"ConvOnChip", "conv_1tpu.csv", false, 0.03, 0.7},
                    Series{"ConvStreaming", "conv_1tpu.csv", true, 0.03, 0.09},
                    Series{"TwoConvs", "conv_1tpu_2layers.csv", false, 0.1,
                           0.6}),
    [](const auto& series) { return series.param.name; });

}  // namespace
}  // namespace coralline
