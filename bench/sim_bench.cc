// What planning on the simulator costs: every consecutive segment of a network
// of 209 layers, and the schedule of 1,000 requests over eight devices.

#include <benchmark/benchmark.h>

#include "coralline/sim/consecutive_costs.h"
#include "coralline/sim/measurement.h"
#include "coralline/sim/schedule.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

constexpr int kOps = 209;

// Residual blocks of many sizes, as in a ResNet: three convolutions and the sum
// with what the block began with. Widths grow from 32 to over 400, so that the
// network takes about three times what the chip holds (counter "capacities").
class ResidualNetwork {
 public:
  Graph Make() {
    last_ = Add({1, 64, 64, 32});
    graph_.inputs = {last_};
    for (int block = 0; graph_.num_ops() < kOps; ++block) AddBlock(block);
    graph_.ops.resize(kOps);
    graph_.outputs = graph_.ops.back().outputs;
    return std::move(graph_);
  }

 private:
  int Add(std::vector<int> shape) {
    graph_.tensors.push_back(
        {.type = DataType::kInt8, .shape = std::move(shape)});
    return static_cast<int>(graph_.tensors.size()) - 1;
  }

  void AddConv(int outputs, int kernel, int side) {
    const int inputs = graph_.tensors[last_].shape.back();
    const int weights = Add({outputs, kernel, kernel, inputs});
    Tensor& tensor = graph_.tensors[weights];
    tensor.constant_bytes = NumBytes(tensor);
    const int output = Add({1, side, side, outputs});
    graph_.ops.push_back({.kind = OpKind::kConv2d,
                          .inputs = {last_, weights},
                          .outputs = {output}});
    last_ = output;
  }

  // Where the map gets wider or smaller, a convolution brings it there.
  void AddBlock(int block) {
    const int width = 32 + 32 * (block * 15 / 52);
    const int side = 64 >> (block / 14);
    if (graph_.tensors[last_].shape != std::vector{1, side, side, width}) {
      AddConv(width, 1, side);
    }
    const int skip = last_;
    AddConv(width * 5 / 8, 1, side);
    AddConv(width * 3 / 4 + 4 * (block % 5), 3, side);
    AddConv(width, 1, side);
    const int sum = Add({1, side, side, width});
    graph_.ops.push_back(
        {.kind = OpKind::kAdd, .inputs = {last_, skip}, .outputs = {sum}});
    last_ = sum;
  }

  Graph graph_;
  int last_ = 0;
};

void ReportSizes(const std::vector<Layer>& layers, const DeviceSpec& spec,
                 benchmark::State& state) {
  double bytes = 0;
  for (const Layer& layer : layers) {
    bytes += static_cast<double>(layer.cached_bytes);
  }
  state.counters["capacities"] = bytes / spec.memory.num_banks /
                                 static_cast<double>(spec.memory.bank_bytes);
}

void BM_ResidualSegmentsOneByOne(benchmark::State& state) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const Graph graph = ResidualNetwork().Make();
  const auto layers = MakeLayers(graph, spec);
  for (auto _ : state) {
    for (int begin = 0; begin < graph.num_ops(); ++begin) {
      for (int end = begin + 1; end <= graph.num_ops(); ++end) {
        benchmark::DoNotOptimize(
            CostOf(graph, OpRange(begin, end), layers, spec).warm_ms());
      }
    }
  }
  ReportSizes(layers, spec, state);
}
BENCHMARK(BM_ResidualSegmentsOneByOne)->Unit(benchmark::kMillisecond);

void BM_ResidualSegmentsTogether(benchmark::State& state) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const Graph graph = ResidualNetwork().Make();
  const auto layers = MakeLayers(graph, spec);
  for (auto _ : state) {
    const ConsecutiveCosts costs(graph, layers, spec);
    benchmark::DoNotOptimize(costs.At(0, graph.num_ops()).warm_ms());
  }
  ReportSizes(layers, spec, state);
}
BENCHMARK(BM_ResidualSegmentsTogether)->Unit(benchmark::kMillisecond);

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
