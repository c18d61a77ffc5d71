// Reading and splitting by model size: both should cost little more than
// moving the bytes, beside the plain copy of a file of the same size.

#include <benchmark/benchmark.h>

#include <cstring>
#include <filesystem>

#include "coralline/base/file.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

// Widths of 4, 16 and 64 MB of weights.
void Widths(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("width")->Arg(1140)->Arg(2300)->Arg(4600)->Unit(
      benchmark::kMillisecond);
}

class ModelFile {
 public:
  explicit ModelFile(std::int64_t width)
      : path_(std::filesystem::temp_directory_path() /
              ("coralline_bench_" + std::to_string(width) + ".tflite")) {
    const Model model =
        GenerateFullyConnected({.width = static_cast<int>(width)});
    WriteFile(path_, model.bytes.span());
  }
  ~ModelFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void CountBytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(bytes));
}

// The baseline: the bytes of the file, without looking at them.
void BM_ReadFile(benchmark::State& state) {
  const ModelFile file(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ReadFile(file.path()));
  CountBytes(state, std::filesystem::file_size(file.path()));
}
BENCHMARK(BM_ReadFile)->Apply(Widths);

void BM_ReadTflite(benchmark::State& state) {
  const ModelFile file(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(ReadTflite(file.path()));
  CountBytes(state, std::filesystem::file_size(file.path()));
}
BENCHMARK(BM_ReadTflite)->Apply(Widths);

// The baseline of splitting: one copy of the weights.
void BM_CopyBytes(benchmark::State& state) {
  const Model model =
      GenerateFullyConnected({.width = static_cast<int>(state.range(0))});
  for (auto _ : state) {
    const auto copy =
        std::make_unique_for_overwrite<std::byte[]>(model.bytes.size());
    std::memcpy(copy.get(), model.bytes.data(), model.bytes.size());
    benchmark::DoNotOptimize(copy.get());
    benchmark::ClobberMemory();
  }
  CountBytes(state, model.bytes.size());
}
BENCHMARK(BM_CopyBytes)->Apply(Widths);

void BM_SplitInTwo(benchmark::State& state) {
  const Model model =
      GenerateFullyConnected({.width = static_cast<int>(state.range(0))});
  const std::vector<Segment> segments = {OpRange(0, 3), OpRange(3, 5)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(SplitModel(model, segments));
  }
  CountBytes(state, model.bytes.size());
}
BENCHMARK(BM_SplitInTwo)->Apply(Widths);

}  // namespace
}  // namespace coralline
