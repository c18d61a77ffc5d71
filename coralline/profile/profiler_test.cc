#include "coralline/profile/profiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/device/host.h"
#include "coralline/profile/internal/profiler_testing.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using namespace testing_util;
using std::chrono::nanoseconds;

TEST(MeasureSegment, StopsOnceTheIntervalIsTight) {
  Log log;
  const FakeDevice device = DeviceOf(log);
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 2), device,
                     {.warm_up = 4, .min_runs = 12, .target_width = 1e9});
  EXPECT_EQ(profile->runs, 12);
  EXPECT_EQ(log.runs, 1 + 4 + 12);
  EXPECT_EQ(profile->segment, OpRange(0, 2));
  EXPECT_EQ(profile->origin, Origin::kMeasured);
}

TEST(MeasureSegment, StopsAtTheBudgetWhereTheIntervalStaysWide) {
  Log log;
  log.on_run = [] { std::this_thread::sleep_for(1ms); };
  const auto start = std::chrono::steady_clock::now();
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 2), DeviceOf(log),
                     {.min_runs = 2, .target_width = 0, .budget = 30ms});
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
  EXPECT_GE(profile->runs, 1);
  EXPECT_LE(log.runs, 30);
  EXPECT_GE(profile->low, 1ms);
  EXPECT_LE(profile->low, profile->latency);
  EXPECT_LE(profile->latency, profile->high);
}

TEST(MeasureSegment, StopsAtTheLargestNumberOfRuns) {
  Log log;
  const auto profile = MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                                      {.max_runs = 37, .target_width = 0});
  EXPECT_EQ(profile->runs, 37);
}

TEST(MeasureSegment, MeasuresOnceWhereOneInferenceExceedsTheBudget) {
  Log log;
  log.on_run = [] { std::this_thread::sleep_for(2ms); };
  const auto profile = MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                                      {.warm_up = 50, .budget = 1ms});
  EXPECT_EQ(profile->runs, 1);
  EXPECT_EQ(log.runs, 2);
  EXPECT_EQ(profile->low, profile->high);
}

TEST(MeasureSegment, TellsTheFirstInferenceApart) {
  Log log;
  log.on_run = [&] { std::this_thread::sleep_for(log.runs == 1 ? 50ms : 0ms); };
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick);
  EXPECT_GE(profile->first, 50ms);
  EXPECT_LT(profile->high, 50ms);
}

TEST(MeasureSegment, SaysThatTheDeviceGrewSlower) {
  constexpr int kWarmUp = 1;
  constexpr int kRuns = 12;
  Log log;
  // Each of the last six takes longer than any before them, however seldom this
  // thread runs.
  auto last = std::chrono::steady_clock::now();
  auto longest = 1ns;
  log.on_run = [&] {
    const auto now = std::chrono::steady_clock::now();
    if (log.runs <= 1 + kWarmUp + kRuns / 2 + 1) {
      longest = std::max(longest, now - last);
    }
    if (log.runs > 1 + kWarmUp + kRuns / 2) {
      std::this_thread::sleep_for(2 * longest);
    }
    last = now;
  };
  const auto profile = MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                                      {.warm_up = kWarmUp,
                                       .min_runs = kRuns,
                                       .target_width = 1e9,
                                       .budget = 1h});
  EXPECT_EQ(profile->runs, kRuns);
  EXPECT_GT(profile->drift, 0.5);
}

TEST(MeasureSegment, ReadsTheTemperatureBeforeAndAfterItRuns) {
  class WarmDevice : public FakeDevice {
   public:
    explicit WarmDevice(Log& log)
        : FakeDevice([&log](const Model& part) {
            return std::make_unique<LoggingExecutable>(part, log);
          }),
          log_(log) {}
    std::optional<double> temperature() const override {
      return 40 + log_.runs;
    }

   private:
    Log& log_;
  };
  Log log;
  const auto profile =
      MeasureSegment(Chain(), OpRange(0, 1), WarmDevice(log), kQuick);
  EXPECT_EQ(profile->start_celsius, 40);
  EXPECT_EQ(profile->end_celsius, 44);
  EXPECT_EQ(MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick)
                ->start_celsius,
            std::nullopt);
}

TEST(MeasureSegment, NeverCallsAnEmulatedDeviceMeasured) {
  Log log{.is_emulated = true};
  EXPECT_EQ(
      MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick)->origin,
      Origin::kEmulated);
}

TEST(MeasureSegment, UsesAThreadOfItsOwnAndBindsIt) {
  Log log;
  const std::vector<int> cores = AvailableCores();
  log.on_bind = [&] { PinThread({cores[0]}); };
  MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log), kQuick);
  EXPECT_EQ(log.binds, 1);
  EXPECT_EQ(log.threads.size(), 1U);
  EXPECT_FALSE(log.threads.contains(std::this_thread::get_id()));
  EXPECT_EQ(AvailableCores(), cores);
}

TEST(MeasureSegment, HandsOnWhatTheDeviceThrows) {
  const FakeDevice device([](const Model& part) -> std::unique_ptr<Executable> {
    throw Error(ErrorKind::kModel, part.name + " does not run here");
  });
  try {
    MeasureSegment(Chain(), OpRange(0, 1), device, kQuick);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
  }
}

TEST(MeasureSegment, IsNothingWhenStopped) {
  Log log;
  std::atomic<bool> stop = false;
  log.on_run = [&] { stop = log.runs == 5; };
  EXPECT_EQ(MeasureSegment(Chain(), OpRange(0, 1), DeviceOf(log),
                           {.target_width = 0, .stop = &stop}),
            std::nullopt);
  EXPECT_EQ(log.runs, 5);
}

}  // namespace
}  // namespace coralline
