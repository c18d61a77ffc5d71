// The fast costs beside CostOf on a real model
// (google-coral/test_data), whose ops many orders can run.

#include <gtest/gtest.h>

#include <filesystem>

#include "coralline/sim/testing.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

TEST(SegmentCosts, OfMoveNetInAnyOrderAreThoseOfCostOf) {
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                    "movenet_single_pose_lightning_ptq.tflite";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "the shared models are not here";
  }
  const Model model = ReadTflite(path);
  int mixed = 0;
  for (const double part : {1.5, 0.3, 0.1}) {
    const DeviceSpec spec = testing_util::SpecFor(part, model.graph);
    const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
    const auto walk = testing_util::WalkAtRandom(model.graph, layers, spec, 1);
    ASSERT_EQ(walk.difference, "");
    mixed += walk.mixed;
  }
  EXPECT_GT(mixed, 1000);
}

}  // namespace
}  // namespace coralline
