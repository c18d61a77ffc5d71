// What planning on the simulator costs: every consecutive segment of a network
// of 209 layers, every segment of any order of one with branches, and the
// schedule of 1,000 requests over eight devices.

#include <benchmark/benchmark.h>

#include <algorithm>

#include "bench/networks.h"
#include "coralline/sim/consecutive_costs.h"
#include "coralline/sim/growing_segment.h"
#include "coralline/sim/measurement.h"
#include "coralline/sim/schedule.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {
namespace {

// Eleven blocks of four branches of one to three ops, as in an Inception v3.
class InceptionNetwork : Network {
 public:
  InceptionNetwork() : Network({1, 32, 32, 192}) {}

  Graph Make() {
    for (int block = 0; block < 11; ++block) AddBlock(block);
    return Finish();
  }

 private:
  void AddBlock(int block) {
    const int side = 32 >> (block / 4);
    const int width = 128 + 16 * block;
    const int input = last_;
    std::vector<int> branches;
    for (int num_convs = 1; num_convs <= 3; ++num_convs) {
      last_ = input;
      AddConv(width, 1, side);
      for (int i = 1; i < num_convs; ++i) AddConv(width, 3, side);
      branches.push_back(last_);
    }
    const int channels = graph_.tensors[input].shape.back();
    AddOp(OpKind::kAveragePool2d, {input}, {1, side, side, channels});
    AddConv(width, 1, side);
    branches.push_back(last_);
    AddOp(OpKind::kConcatenation, branches, {1, side, side, 4 * width});
  }
};

// Depth first through all pairs of a set of ops that can run first and one that
// can run next. Each set is built in the order of its ops, so it is met once.
class WalkOfSegments {
 public:
  static constexpr int kPop = -1;
  static constexpr int kClear = -2;

  explicit WalkOfSegments(const Graph& graph)
      : graph_(graph),
        producers_(Producers(graph)),
        is_done_(graph.ops.size(), false) {
    WalkBeginnings(0);
  }

  const std::vector<int>& moves() const { return moves_; }  // else a push

 private:
  void WalkBeginnings(int from) {
    WalkSegments(0);
    moves_.push_back(kClear);
    for (int op = from; op < graph_.num_ops(); ++op) {
      if (!IsReady(op)) continue;
      is_done_[op] = true;
      WalkBeginnings(op + 1);
      is_done_[op] = false;
    }
  }

  void WalkSegments(int from) {
    for (int op = from; op < graph_.num_ops(); ++op) {
      if (is_done_[op] || !IsReady(op)) continue;
      is_done_[op] = true;
      moves_.push_back(op);
      WalkSegments(op + 1);
      moves_.push_back(kPop);
      is_done_[op] = false;
    }
  }

  bool IsReady(int op) const {
    const std::vector<int>& inputs = graph_.ops[op].inputs;
    return std::all_of(inputs.begin(), inputs.end(), [this](int tensor) {
      return producers_[tensor] < 0 || is_done_[producers_[tensor]];
    });
  }

  const Graph& graph_;
  std::vector<int> producers_;
  std::vector<bool> is_done_;
  std::vector<int> moves_;
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

// "time" is that of one segment: a push, its cost (or not) and a pop.
void BM_InceptionSegmentsOfAllOrders(benchmark::State& state) {
  const bool with_cost = state.range(0) != 0;
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const Graph graph = InceptionNetwork().Make();
  const auto layers = MakeLayers(graph, spec);
  const WalkOfSegments walk(graph);
  std::int64_t num_segments = 0;
  GrowingSegment segment(graph, layers, spec);
  for (auto _ : state) {
    for (const int move : walk.moves()) {
      if (move == WalkOfSegments::kClear) {
        segment.Clear();
      } else if (move == WalkOfSegments::kPop) {
        segment.Pop();
      } else {
        segment.Push(move);
        ++num_segments;
        if (with_cost) benchmark::DoNotOptimize(segment.Cost().warm_ms());
      }
    }
  }
  ReportSizes(layers, spec, state);
  const auto segments = static_cast<double>(num_segments);
  state.counters["segments"] =
      benchmark::Counter(segments, benchmark::Counter::kAvgIterations);
  state.counters["time"] = benchmark::Counter(
      segments, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_InceptionSegmentsOfAllOrders)
    ->ArgName("cost")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

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
