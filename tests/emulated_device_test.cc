#include "coralline/device/emulated_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "coralline/base/error.h"
#include "coralline/device/precise_wait.h"
#include "coralline/device/testing.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using testing_util::CanExecute;

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using testing::Each;
using testing::HasSubstr;

// A device of this time per inference and otherwise of the paper's rates.
DeviceSpec SpecOf(double fixed_ms) {
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.fixed_ms = fixed_ms;
  return spec;
}

nanoseconds Ms(double ms) {
  return std::chrono::round<nanoseconds>(
      std::chrono::duration<double, std::milli>(ms));
}

std::vector<TensorData> Inputs(const Executable& executable) {
  std::mt19937_64 random(1);
  return RandomData(executable.inputs(), random);
}

TEST(WaitUntil, IsNeverEarly) {
  for (const nanoseconds wait : {-5000ns, 0ns, 300ns, 50000ns, 3000000ns}) {
    const auto deadline = steady_clock::now() + wait;
    EXPECT_GE(WaitUntil(deadline), deadline);
    EXPECT_GE(steady_clock::now(), deadline);
  }
}

TEST(WaitUntil, SleepsMoreOfALongerWait) {
  EXPECT_EQ(YieldShare(10us), 6us);
  EXPECT_EQ(YieldShare(200us), 68us);
  EXPECT_EQ(YieldShare(1s), 200us);
}

TEST(EmulatedDevice, TakesWhatTheSimulatorSaysOfEverySegment) {
  const Model model = GenerateFullyConnected({.width = 300});
  const DeviceSpec spec = SpecOf(0.5);
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  const std::vector<Segment> segments =
      SegmentsAt(model.graph.num_ops(), std::vector<int>{2});
  const auto models = SplitModel(model, segments);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto cost = CostOf(model.graph, segments[i], layers, spec);
    const auto executable = EmulatedDevice(spec).Load(models[i]);
    ASSERT_GT(cost.upload_ms, 0);
    for (const double ms : {cost.first_ms(), cost.warm_ms(), cost.warm_ms()}) {
      const auto start = steady_clock::now();
      RunOnce(*executable, Inputs(*executable));
      EXPECT_GE(steady_clock::now() - start, Ms(ms));
      const EmulatedRun& run = *executable->last_emulated_run();
      EXPECT_EQ(run.simulated, Ms(ms));
      ASSERT_TRUE(run.overshoot);
      EXPECT_GE(*run.overshoot, 0ns);
    }
  }
}

TEST(EmulatedDevice, GivesZerosWhereNothingComputes) {
  const Model model = GenerateFullyConnected({.width = 16});
  const EmulatedDevice device(SpecOf(0), 3);
  const auto executable = device.Load(model);
  EXPECT_EQ(device.name(), "emulated:edgetpu-pcie");
  EXPECT_EQ(executable->description(), "edgetpu-pcie #3, emulated");
  EXPECT_EQ(executable->inputs(), SpecsOf(model.graph, model.graph.inputs));
  // Not zero before.
  std::vector<TensorData> outputs = {TensorData(10, std::byte{7})};
  const auto inputs = Inputs(*executable);
  executable->Run(std::vector<ConstBytes>(inputs.begin(), inputs.end()),
                  std::vector<MutableBytes>(outputs.begin(), outputs.end()));
  EXPECT_THAT(outputs[0], Each(std::byte{0}));
}

TEST(EmulatedDevice, HasARuntimeOfItsOwnForEachNumberOfTheSpec) {
  using Json = nlohmann::json;
  const Json json = Json::parse(ReadDeviceSpecText("edgetpu-pcie"));
  const auto runtime = [](const Json& spec) {
    return EmulatedDevice(ParseDeviceSpec(spec.dump(), "x")).runtime();
  };
  std::set<std::string> runtimes = {runtime(json)};
  std::size_t numbers = 0;
  const Json flat = json.flatten();
  for (const auto& [path, value] : flat.items()) {
    if (!path.ends_with("/value")) continue;
    Json changed = json;
    changed[Json::json_pointer(path)] = value.get<double>() + 1;
    EXPECT_TRUE(runtimes.insert(runtime(changed)).second) << path;
    ++numbers;
  }
  EXPECT_GT(numbers, 20U);
}

TEST(EmulatedDevice, HasTheSameRuntimeUnderAnotherNumber) {
  EXPECT_EQ(EmulatedDevice(SpecOf(1), 0).runtime(),
            EmulatedDevice(SpecOf(1), 1).runtime());
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  EXPECT_THAT(EmulatedDevice(SpecOf(1), 0, CpuKernels::kBuiltin).runtime(),
              HasSubstr("outputs by TFLite"));
}

TEST(EmulatedDevice, ComputesAsTheCpuDoes) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const Model model = GenerateFullyConnected({.width = 64});
  const auto cpu = CpuDevice({}, CpuKernels::kBuiltin).Load(model);
  const auto executable =
      EmulatedDevice(SpecOf(20), 0, CpuKernels::kBuiltin).Load(model);
  EXPECT_THAT(executable->description(), HasSubstr("outputs by cpu, builtin"));
  const auto inputs = Inputs(*executable);
  const auto start = steady_clock::now();
  const auto outputs = RunOnce(*executable, inputs);
  EXPECT_GE(steady_clock::now() - start, 20ms);
  EXPECT_EQ(outputs, RunOnce(*cpu, inputs));
  EXPECT_TRUE(executable->last_emulated_run()->computes);
}

TEST(EmulatedDevice, SaysWhereTheComputationTookLonger) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  DeviceSpec spec = SpecOf(0);  // takes nothing
  spec.clock_hz = spec.small_bytes_per_s = spec.upload_bytes_per_s = 1e18;
  spec.upload_fixed_ms = 0;
  const Model model = GenerateFullyConnected({.width = 256});
  const auto executable =
      EmulatedDevice(spec, 0, CpuKernels::kBuiltin).Load(model);
  RunOnce(*executable, Inputs(*executable));
  EXPECT_FALSE(executable->last_emulated_run()->overshoot);
}

}  // namespace
}  // namespace coralline
