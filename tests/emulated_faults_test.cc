#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/device/emulated_device.h"
#include "coralline/device/precise_wait.h"
#include "coralline/device/testing.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using testing_util::CanExecute;

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using testing::Each;
using testing::HasSubstr;

// Device 2, of 1 ms per inference and more, with faults.
EmulatedDevice DeviceWith(std::initializer_list<const char*> faults,
                          std::optional<CpuKernels> compute = std::nullopt) {
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.fixed_ms = 1;
  std::vector<Fault> parsed;
  for (const std::string fault : faults) {
    parsed.push_back(ParseFault("device=2," + fault));
  }
  return EmulatedDevice(spec, 2, compute, parsed);
}

Model SmallModel() { return GenerateFullyConnected({.width = 16}); }

std::vector<TensorData> Outputs(Executable& executable) {
  std::mt19937_64 random(1);
  return RunOnce(executable, RandomData(executable.inputs(), random));
}

nanoseconds Simulated(Executable& executable) {
  Outputs(executable);
  return executable.last_emulated_run()->simulated;
}

// Of a Run that fails by the device; empty where it does not fail.
std::string ErrorOf(Executable& executable) {
  try {
    Outputs(executable);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDevice);
    return error.what();
  }
  return "";
}

TEST(EmulatedFaults, FailOneInferenceAndSayWhich) {
  const auto executable = DeviceWith({"at=1,kind=fail"}).Load(SmallModel());
  EXPECT_EQ(ErrorOf(*executable), "");
  EXPECT_EQ(ErrorOf(*executable),
            "edgetpu-pcie #2, emulated: inference 1 failed (fault injected)");
  EXPECT_EQ(ErrorOf(*executable), "");
}

TEST(EmulatedFaults, CountTheInferencesOfAllThatADeviceHasLoaded) {
  std::optional device = DeviceWith({"at=2,kind=fail"});
  const auto one = device->Load(SmallModel());
  const auto other = device->Load(SmallModel());
  device.reset();
  EXPECT_EQ(ErrorOf(*one), "");
  EXPECT_EQ(ErrorOf(*other), "");
  EXPECT_THAT(ErrorOf(*one), HasSubstr("inference 2 failed"));
  EXPECT_EQ(ErrorOf(*other), "");
}

TEST(EmulatedFaults, HappenOnceAmongThreads) {
  const EmulatedDevice device =
      DeviceWith({"at=20,kind=fail", "at=10,kind=slow,for=1ms"});
  std::atomic<int> num_failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto executable = device.Load(SmallModel());
        for (int run = 0; run < 10; ++run) {
          const std::string error = ErrorOf(*executable);
          EXPECT_TRUE(device.is_present());
          EXPECT_TRUE(device.temperature());
          if (error.empty()) continue;
          EXPECT_THAT(error, HasSubstr("inference 20 failed"));
          ++num_failed;
        }
      });
    }
  }
  EXPECT_EQ(num_failed, 1);
}

TEST(EmulatedFaults, StallAnInferenceThatThenEndsAsUsual) {
  const auto executable =
      DeviceWith({"at=0,kind=stall,for=20ms"}).Load(SmallModel());
  std::vector<TensorData> outputs = {TensorData(10, std::byte{7})};
  const TensorData input(executable->inputs()[0].bytes);
  const auto start = steady_clock::now();
  executable->Run(std::vector<ConstBytes>{input},
                  std::vector<MutableBytes>{outputs[0]});
  const nanoseconds elapsed = steady_clock::now() - start;
  EXPECT_THAT(outputs[0], Each(std::byte{0}));
  const EmulatedRun& run = *executable->last_emulated_run();
  ASSERT_TRUE(run.overshoot);
  EXPECT_GE(elapsed, 20ms + run.simulated + *run.overshoot);
}

TEST(EmulatedFaults, EndAStallThatIsAbandoned) {
  const auto executable =
      DeviceWith({"at=0,kind=stall,for=100000s"}).Load(SmallModel());
  std::string error;
  {
    const std::jthread runner([&] { error = ErrorOf(*executable); });
    executable->Abandon();
  }
  EXPECT_EQ(error,
            "edgetpu-pcie #2, emulated: inference 0 hung (fault injected) and "
            "was abandoned");
}

TEST(EmulatedFaults, SlowInferencesAgainstALaterDeadline) {
  const EmulatedDevice device = DeviceWith({"at=1,kind=slow,factor=5"});
  const auto executable = device.Load(SmallModel());
  Outputs(*executable);
  EXPECT_EQ(device.temperature(), 45);
  const auto sound = DeviceWith({}).Load(SmallModel());
  Outputs(*sound);
  for (int i = 0; i < 2; ++i) {
    const auto start = steady_clock::now();
    Outputs(*executable);
    const nanoseconds elapsed = steady_clock::now() - start;
    EXPECT_EQ(device.temperature(), 90);
    const EmulatedRun& run = *executable->last_emulated_run();
    ASSERT_TRUE(run.overshoot);
    EXPECT_GE(*run.overshoot, 0ns);
    EXPECT_GE(elapsed, 5 * run.simulated + *run.overshoot);
    EXPECT_EQ(run.simulated, Simulated(*sound));
  }
}

TEST(EmulatedFaults, LoseADeviceForGood) {
  const EmulatedDevice device = DeviceWith({"at=1,kind=lost"});
  const auto executable = device.Load(SmallModel());
  EXPECT_EQ(ErrorOf(*executable), "");
  EXPECT_TRUE(device.is_present());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ErrorOf(*executable),
              "edgetpu-pcie #2, emulated is lost (fault injected)");
    EXPECT_FALSE(device.is_present());
  }
  EXPECT_THROW(device.Load(SmallModel()), Error);
}

TEST(EmulatedFaults, LoseAnInferenceThatIsUnderWay) {
  const EmulatedDevice device = DeviceWith({"at=0.5ms,kind=lost"});
  const auto executable = device.Load(SmallModel());
  EXPECT_THAT(ErrorOf(*executable), HasSubstr("is lost"));
  EXPECT_FALSE(device.is_present());
}

TEST(EmulatedFaults, LoadParametersAgainOnADeviceThatComesBack) {
  const EmulatedDevice device = DeviceWith({"at=2,kind=lost,for=5ms"});
  const auto executable = device.Load(SmallModel());
  const nanoseconds first = Simulated(*executable);
  const nanoseconds warm = Simulated(*executable);
  ASSERT_GT(first, warm);
  EXPECT_THAT(ErrorOf(*executable), HasSubstr("is lost"));
  WaitUntil(steady_clock::now() + 5ms);
  EXPECT_TRUE(device.is_present());
  EXPECT_EQ(Simulated(*executable), first);
  EXPECT_EQ(Simulated(*executable), warm);
  EXPECT_EQ(Simulated(*device.Load(SmallModel())), first);
}

TEST(EmulatedFaults, HaveNoTemperatureWithoutHeat) {
  EXPECT_FALSE(DeviceWith({"at=0,kind=lost"}).temperature());
}

TEST(EmulatedFaults, AreWrittenInTheRuntime) {
  EXPECT_EQ(DeviceWith({"at=0,kind=lost"}).runtime(),
            DeviceWith({}).runtime() + "; fault device=2,at=0,kind=lost");
}

TEST(EmulatedFaults, MeetInferencesThatTheCpuComputes) {
  if (!CanExecute()) GTEST_SKIP() << "no TFLite library";
  const EmulatedDevice device =
      DeviceWith({"at=0,kind=fail", "at=1,kind=stall,for=20ms",
                  "at=2,kind=slow,factor=9", "at=3,kind=lost"},
                 CpuKernels::kBuiltin);
  const auto executable = device.Load(SmallModel());
  const auto cpu = CpuDevice({}, CpuKernels::kBuiltin).Load(SmallModel());
  EXPECT_THAT(ErrorOf(*executable), HasSubstr("inference 0 failed"));
  for (const nanoseconds least : {20ms, 9ms}) {
    const auto start = steady_clock::now();
    EXPECT_EQ(Outputs(*executable), Outputs(*cpu));
    EXPECT_GE(steady_clock::now() - start, least);
  }
  EXPECT_THAT(ErrorOf(*executable), HasSubstr("is lost"));
}

}  // namespace
}  // namespace coralline
