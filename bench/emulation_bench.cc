// How punctual emulated devices are: each waits 0.2 ms on a thread of its own,
// again and again; beside it, in the same run, the system's plain sleep. On an
// idle machine: yielding hands whole time slices to other busy programs.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "coralline/device/precise_wait.h"

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

}  // namespace
}  // namespace coralline
