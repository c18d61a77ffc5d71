// What the simulator says of real models beside what their compiled files hold
// (google-coral/test_data): where the ops run, and the bytes on and off the
// chip.

#include <gtest/gtest.h>

#include <filesystem>

#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

struct Compiled {
  const char* file;
  int head_ops = 0;  // left to the CPU before and after
  int tail_ops = 0;
  std::int64_t cached_bytes = 0;
  double tolerance = 0;
  std::int64_t streamed_bytes = 0;
};

class CompiledModels : public testing::TestWithParam<Compiled> {};

TEST_P(CompiledModels, HoldWhatTheSimulatorPlaces) {
  const Compiled& expected = GetParam();
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
        Compiled{"mobilenet_v1_0.25_128_quant.tflite", 0, 0, 518656},
        Compiled{"mobilenet_v2_1.0_224_quant.tflite", 0, 0, 3900864},
        Compiled{"deeplabv3_mnv2_dm05_pascal_quant.tflite", 0, 8, 766720},
        Compiled{"movenet_single_pose_lightning_ptq.tflite", 2, 57, 2862656,
                 0.001, 2368}));

}  // namespace
}  // namespace coralline
