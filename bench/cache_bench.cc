// The paper's effect on CPU cores: a fully connected net whole on one core, on
// two threads, and as a two-stage pipeline, by weight size. More than 2x where
// the whole misses a core's cache and half of it fits.

#include <benchmark/benchmark.h>

#include "bench/dense_net.h"
#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/graph/balance.h"
#include "coralline/pipeline/run.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

constexpr int kRequests = 500;

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("KiB");
  for (const int kib : {512, 1024, 2048, 3072, 4096, 8192, 16384}) {
    benchmark->Arg(kib);
  }
  benchmark->UseRealTime()->Unit(benchmark::kMillisecond);
}

// The whole by itself, the segments as a pipeline.
void RunNet(benchmark::State& state, const std::vector<std::string>& devices) {
  try {
    const Model model = DenseNet(state.range(0));
    const auto cuts =
        EqualParameterCuts(model.graph, static_cast<int>(devices.size()));
    std::vector<std::unique_ptr<Executable>> stages;
    for (const Model& segment :
         SplitModel(model, SegmentsAt(model.graph.num_ops(), cuts))) {
      stages.push_back(
          MakeDevice(devices[stages.size()], CpuKernels::kAuto)->Load(segment));
    }
    Pipeline pipeline(std::move(stages), InterfaceOf(model.graph));
    std::mt19937_64 random(1);
    const std::vector<std::vector<TensorData>> inputs = {
        RandomData(InterfaceOf(model.graph).inputs, random)};
    const auto whole = MakeDevice(devices[0], CpuKernels::kAuto)->Load(model);
    for (auto _ : state) {
      const RunOptions options{.requests = kRequests, .in_flight = 8};
      devices.size() == 1 ? RunWithoutPipeline(*whole, inputs, options)
                          : RunRequests(pipeline, inputs, options);
    }
  } catch (const Error& error) {
    return state.SkipWithError(error.what());
  }
  state.SetItemsProcessed(state.iterations() * kRequests);
}

void BM_WholeOnOneCore(benchmark::State& state) { RunNet(state, {"cpu:0"}); }
BENCHMARK(BM_WholeOnOneCore)->Apply(Sizes);

void BM_WholeOnTwoThreads(benchmark::State& state) {
  RunNet(state, {"cpu:0-1"});
}
BENCHMARK(BM_WholeOnTwoThreads)->Apply(Sizes);

void BM_PipelineOfTwo(benchmark::State& state) {
  RunNet(state, {"cpu:0", "cpu:1"});
}
BENCHMARK(BM_PipelineOfTwo)->Apply(Sizes);

}  // namespace
}  // namespace coralline
