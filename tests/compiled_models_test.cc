// What the simulator says of real models beside what their compiled files hold
// (google-coral/test_data): where the ops run, and the bytes on and off the
// chip.

#include <gtest/gtest.h>

#include <filesystem>

#include "coralline/compiled/comparison.h"
#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

struct Expected {
  const char* file;
  int head_ops = 0;  // left to the CPU before and after
  int tail_ops = 0;
  std::int64_t cached_bytes = 0;
  double tolerance = 0;
  std::int64_t streamed_bytes = 0;
};

class CompiledModels : public testing::TestWithParam<Expected> {};

TEST_P(CompiledModels, HoldWhatTheSimulatorPlaces) {
  const Expected& expected = GetParam();
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) / expected.file;
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const Model model = ReadTflite(path);
  const MappedParts parts = PartsOf(model.graph, MapOps(model.graph));
  EXPECT_EQ(parts.head.ops.size(), expected.head_ops);
  EXPECT_EQ(parts.tail.ops.size(), expected.tail_ops);
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-usb3-desktop");
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  const Placement placement =
      CostOf(model.graph, parts.mapped, layers, spec).placement;
  EXPECT_NEAR(static_cast<double>(placement.cached_bytes),
              static_cast<double>(expected.cached_bytes),
              expected.tolerance * static_cast<double>(expected.cached_bytes));
  EXPECT_EQ(placement.streamed_bytes, expected.streamed_bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Shared, CompiledModels,
    testing::Values(
        Expected{"mobilenet_v1_0.25_128_quant.tflite", 0, 0, 518656},
        Expected{"mobilenet_v2_1.0_224_quant.tflite", 0, 0, 3900864},
        Expected{"deeplabv3_mnv2_dm05_pascal_quant.tflite", 0, 8, 766720},
        Expected{"movenet_single_pose_lightning_ptq.tflite", 2, 57, 2862656,
                 0.001, 2368}));

TEST(CompareWithCompiled, PredictsTheCachedBytesOfMobileNetV1Exactly) {
  const std::filesystem::path folder = CORALLINE_MODELS_DIR;
  const auto path = folder / "mobilenet_v1_0.25_128_quant.tflite";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const Model model = ReadTflite(path);
  const Model compiled = ReadTflite(
      folder / "mobilenet_v1_0.25_128_quant_edgetpu.tflite", Compiled::kAllow);
  for (const char* spec : {"edgetpu-pcie", "edgetpu-usb3-desktop"}) {
    const auto comparison =
        CompareWithCompiled(model, compiled, ReadDeviceSpec(spec));
    // The older compiler's file has 518,656, see above.
    EXPECT_TRUE(comparison.is_newer_compiler);
    EXPECT_EQ(comparison.predicted.cached_bytes, 566912);
    EXPECT_EQ(comparison.compiled.cached_bytes, 566912);
    EXPECT_EQ(comparison.predicted.streamed_bytes, 0);
    EXPECT_EQ(comparison.compiled.streamed_bytes, 0);
    EXPECT_EQ(comparison.predicted.input_bytes,
              comparison.compiled.input_bytes);
  }
}

}  // namespace
}  // namespace coralline
