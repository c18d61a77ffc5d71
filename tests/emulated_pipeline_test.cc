// Emulated devices inside the real pipeline.

#include <gtest/gtest.h>

#include "coralline/device/emulated_device.h"
#include "coralline/pipeline/run.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

TEST(PipelineOfEmulatedDevices, ReportsHowWellEachStageKeptItsTime) {
  const Model model = GenerateFullyConnected({.width = 100});
  const auto parts =
      SplitModel(model, SegmentsAt(model.graph.num_ops(), std::vector<int>{2}));
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  std::vector<std::unique_ptr<Executable>> stages;
  for (int i = 0; i < 2; ++i) {
    stages.push_back(EmulatedDevice(spec, i).Load(parts[i]));
  }
  Pipeline pipeline(std::move(stages), InterfaceOf(model.graph));
  const std::vector<std::vector<TensorData>> inputs = {{TensorData(64)}};
  const RunStats stats =
      RunRequests(pipeline, inputs, {.requests = 30, .warmup_requests = 5});
  for (const StageStats& stage : stats.stages) {
    ASSERT_EQ(stage.replicas.size(), 1U);
    const auto& emulation = stage.replicas[0].emulation;
    ASSERT_TRUE(emulation);
    EXPECT_FALSE(emulation->computes);
    // The warm-up, and with it the loading, is not counted.
    EXPECT_EQ(emulation->overshoot.count(), 30);
    EXPECT_EQ(emulation->compute_longer, 0);
    EXPECT_GE(stage.busy().min(), emulation->simulated);
    EXPECT_GT(emulation->simulated, std::chrono::microseconds(50));
  }
}

}  // namespace
}  // namespace coralline
