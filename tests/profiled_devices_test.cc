// The profiler on the devices that there are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/emulated_device.h"
#include "coralline/profile/profiler.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

nanoseconds Ms(double ms) {
  return std::chrono::round<nanoseconds>(
      std::chrono::duration<double, std::milli>(ms));
}

TEST(ProfiledDevices, AnEmulatedDeviceIsNeverFasterThanSimulated) {
  const Model model = GenerateFullyConnected({.width = 300});
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  for (const Segment& segment : {OpRange(0, 2), OpRange(2, 5)}) {
    const SegmentCost cost = CostOf(model.graph, segment, layers, spec);
    const auto profile =
        MeasureSegment(model, segment, EmulatedDevice(spec), {.max_runs = 50});
    EXPECT_EQ(profile->origin, Origin::kEmulated);
    EXPECT_GE(profile->low, Ms(cost.warm_ms()));
    EXPECT_GE(profile->first, Ms(cost.first_ms()));
    EXPECT_GT(cost.first_ms(), cost.warm_ms());
  }
}

TEST(ProfiledDevices, ACpuTakesLongerForMoreWork) {
  try {
    TfLiteVersion();
  } catch (const Error&) {
    GTEST_SKIP() << "no TFLite library";
  }
  const Model model = GenerateConv({.width = 32, .layers = 3, .size = 32});
  const CpuDevice cpu({});
  const auto small = MeasureSegment(model, OpRange(0, 1), cpu, {});
  const auto large = MeasureSegment(model, OpRange(0, 3), cpu, {});
  EXPECT_EQ(small->origin, Origin::kMeasured);
  EXPECT_GT(large->low, small->high);
  EXPECT_GE(small->runs, 10);
}

}  // namespace
}  // namespace coralline
