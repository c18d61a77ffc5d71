// How punctual emulated devices are: each waits 0.2 ms on a thread of its own,
// again and again; beside it, in the same run, the system's plain sleep. And
// what the real pipeline reaches of the throughput that its slowest stage
// allows. On an idle machine: yielding hands whole time slices to other busy
// programs.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "coralline/device/precise_wait.h"
#include "coralline/device/testing.h"
#include "coralline/pipeline/run.h"

namespace coralline {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;
constexpr nanoseconds kWait = std::chrono::microseconds(200);

// How long each of `count` waits took on one thread.
template <typename WaitFunction>
std::vector<double> TimeWaits(int count, const WaitFunction& wait) {
  SleepPunctually();
  std::vector<double> waits;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    wait(start + kWait);
    waits.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - start)
            .count());
  }
  return waits;
}

// On so many threads at once; all their waits, sorted.
template <typename WaitFunction>
std::vector<double> TimeDevices(int devices, const WaitFunction& wait) {
  std::vector<std::vector<double>> waits(devices);
  {
    std::vector<std::jthread> threads;
    for (auto& own : waits) {
      threads.emplace_back([&] { own = TimeWaits(1000, wait); });
    }
  }
  std::vector<double> all;
  for (const auto& own : waits) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  return all;
}

template <typename WaitFunction>
void BenchWaits(benchmark::State& state, const WaitFunction& wait) {
  std::vector<double> waits;
  for (auto _ : state) {
    waits = TimeDevices(static_cast<int>(state.range(0)), wait);
  }
  const double wanted =
      std::chrono::duration<double, std::micro>(kWait).count();
  state.counters["median_us"] = waits[waits.size() / 2];
  state.counters["p90_us"] = waits[waits.size() * 9 / 10];
  state.counters["median_over_wanted"] = waits[waits.size() / 2] / wanted;
}

void BM_EmulatedWait(benchmark::State& state) {
  BenchWaits(state, [](Clock::time_point deadline) { WaitUntil(deadline); });
}
void BM_PlainSleep(benchmark::State& state) {
  BenchWaits(state, [](Clock::time_point deadline) {
    std::this_thread::sleep_until(deadline);
  });
}
BENCHMARK(BM_EmulatedWait)->ArgName("devices")->Arg(1)->Arg(4)->Arg(8)->Arg(16);
BENCHMARK(BM_PlainSleep)->ArgName("devices")->Arg(1)->Arg(4)->Arg(8)->Arg(16);

// Stages as a fully connected network of width 2,620 has them on three devices;
// `throughput` is the share of one inference per slowest stage.
void BM_EmulatedPipeline(benchmark::State& state) {
  const PipelineInterface interface {
    {{"a", DataType::kInt8, 64}}, {
      { "d", DataType::kInt8, 64 }
    }
  };
  const std::vector<int> stage_us = {120, 215, 120};
  const std::vector<const char*> names = {"a", "b", "c", "d"};
  double share = 0;
  for (auto _ : state) {
    std::vector<std::unique_ptr<Executable>> stages;
    for (std::size_t i = 0; i < stage_us.size(); ++i) {
      const auto wait = std::chrono::microseconds(stage_us[i]);
      stages.push_back(std::make_unique<testing_util::FakeExecutable>(
          std::vector<TensorSpec>{{names[i], DataType::kInt8, 64}},
          std::vector<TensorSpec>{{names[i + 1], DataType::kInt8, 64}},
          [wait](auto, auto) { WaitUntil(Clock::now() + wait); }));
    }
    Pipeline pipeline(std::move(stages), interface,
                      {.spin = std::chrono::microseconds(state.range(0))});
    const RunStats stats = RunRequests(pipeline, {{TensorData(64)}},
                                       {.requests = 2000, .in_flight = 26});
    share = stats.throughput_rps * 215e-6;
  }
  state.counters["throughput"] = share;
}
BENCHMARK(BM_EmulatedPipeline)
    ->ArgName("yield_us")
    ->Arg(20)
    ->Arg(100)
    ->Arg(1000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coralline
