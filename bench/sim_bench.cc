// What planning on the simulator costs: every consecutive segment of a network
// of 209 layers, and the schedule of 1,000 requests over eight devices.

#include <benchmark/benchmark.h>

#include "coralline/sim/measurement.h"
#include "coralline/sim/schedule.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

// All of it, 209 * 210 / 2 segments, one after another.
void BM_AllConsecutiveSegments(benchmark::State& state) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const Graph graph = NetworkOf({.kind = "conv",
                                 .width = static_cast<int>(state.range(0)),
                                 .layers = 209});
  const auto layers = MakeLayers(graph, spec);
  for (auto _ : state) {
    for (int begin = 0; begin < graph.num_ops(); ++begin) {
      for (int end = begin + 1; end <= graph.num_ops(); ++end) {
        benchmark::DoNotOptimize(
            CostOf(graph, OpRange(begin, end), layers, spec).warm_ms());
      }
    }
  }
}
// Widths at which nearly all segments fit, some do, and few do.
BENCHMARK(BM_AllConsecutiveSegments)
    ->ArgName("width")
    ->Arg(32)
    ->Arg(128)
    ->Arg(512)
    ->Unit(benchmark::kMillisecond);

void BM_ThousandRequestsOverEightDevices(benchmark::State& state) {
  std::vector<ScheduledStage> stages(8);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stages[i].steps = {{.resource = 0, .ms = 0.02},
                       {.ms = 0.2 + 0.01 * static_cast<double>(i)},
                       {.resource = 0, .ms = 0.02}};
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        SimulateSchedule(stages, {.requests = 1000, .num_resources = 1}));
  }
}
BENCHMARK(BM_ThousandRequestsOverEightDevices)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coralline
