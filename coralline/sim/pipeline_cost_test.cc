#include "coralline/sim/pipeline_cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

TEST(MsPerInference, TheNativeHostAddsNothing) {
  const std::vector<SegmentCost> segments = {{.compute_ms = 2},
                                             {.compute_ms = 3}};
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kNativeHost, 1, false), 5);
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kNativeHost, 100, false), 3.02);
}

TEST(MsPerInference, ThePythonHostServesOneStageAtATime) {
  const std::vector<SegmentCost> segments(4, {.compute_ms = 0.1});
  EXPECT_NEAR(MsPerInference(segments, kPythonHost, 1000, false), 4 * 0.245,
              0.005);
}

TEST(MsPerInference, TheFirstInferenceLoads) {
  const std::vector<SegmentCost> segments = {{.compute_ms = 2, .upload_ms = 10},
                                             {.compute_ms = 3, .upload_ms = 5}};
  EXPECT_DOUBLE_EQ(MsPerInference(segments, kNativeHost, 1, true), 20);
}

std::vector<SegmentCost> CostsOf(const Measurement& row,
                                 const DeviceSpec& spec) {
  const Graph graph = NetworkOf(row);
  const auto layers = MakeLayers(graph, spec);
  std::vector<SegmentCost> costs;
  int begin = 0;
  for (const int count : row.split) {
    costs.push_back(CostOf(graph, OpRange(begin, begin + count), layers, spec));
    begin += count;
  }
  return costs;
}

class PublishedPipelines : public testing::TestWithParam<const char*> {};

TEST_P(PublishedPipelines, FullyConnectedInBatchesOfFifty) {
  const auto path =
      std::filesystem::path(CORALLINE_MEASUREMENTS_DIR) / GetParam();
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the published measurements are not here";
  }
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  std::vector<double> errors;
  for (const Measurement& row : ReadMeasurements(path)) {
    if (row.quality != "ok" || row.batch != 50 || row.split.empty()) continue;
    const double ms =
        MsPerInference(CostsOf(row, spec), kPythonHost, row.batch, false);
    errors.push_back(std::abs(ms / row.ms_per_inference - 1));
  }
  ASSERT_GT(errors.size(), 10U);
  std::sort(errors.begin(), errors.end());
  RecordProperty("rows", static_cast<int>(errors.size()));
  RecordProperty("median", std::to_string(errors[errors.size() / 2]));
  RecordProperty("p90", std::to_string(errors[errors.size() * 9 / 10]));
  RecordProperty("maximum", std::to_string(errors.back()));
  EXPECT_LE(errors[errors.size() / 2], 0.05);
}

INSTANTIATE_TEST_SUITE_P(Shared, PublishedPipelines,
                         testing::Values("fc_2tpu_default.csv",
                                         "fc_2tpu_profiled.csv",
                                         "fc_4tpu_default.csv",
                                         "fc_4tpu_profiled.csv",
                                         "fc_4tpu_balanced_threshold.csv"));

}  // namespace
}  // namespace coralline
