#include "coralline/paper/cpu_baseline.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "coralline/device/cpu_device.h"
#include "coralline/device/host.h"
#include "coralline/pipeline/run.h"
#include "coralline/zoo/paper_networks.h"

namespace coralline::paper {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

std::string WithoutCommas(std::string text) {
  std::replace(text.begin(), text.end(), ',', ';');
  return text;
}

std::vector<int> Cores(int count) {
  std::vector<int> cores = AvailableCores();
  cores.resize(static_cast<std::size_t>(count));
  return cores;
}

std::optional<CpuRow> Measure(const Model& model, int threads,
                              const CpuOptions& options) {
  const CpuDevice device(Cores(threads));
  const auto whole = device.Load(model);
  std::mt19937_64 random(1);
  const RunStats stats = RunWithoutPipeline(
      *whole, {RandomData(whole->inputs(), random)},
      {.duration = std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::duration<double>(options.seconds)),
       .warmup_requests = 2,
       .stop = options.stop});
  if (stats.error) throw *stats.error;
  if (stats.stopped) return std::nullopt;
  const auto percentile = [&stats](double percent) {
    return Milliseconds(stats.latency.Percentile(percent)).count();
  };
  return CpuRow{.threads = threads,
                .inferences = static_cast<int>(stats.requests),
                .ms = percentile(50),
                .p10_ms = percentile(10),
                .p90_ms = percentile(90),
                .runtime = WithoutCommas(device.runtime())};
}

}  // namespace

std::vector<int> CpuThreads() {
  std::vector<int> all;
  for (const int threads : {1, 2, 4, 8}) {
    if (threads <= static_cast<int>(AvailableCores().size())) {
      all.push_back(threads);
    }
  }
  return all;
}

std::optional<std::vector<CpuRow>> MeasureCpu(const std::string& kind,
                                              const std::vector<int>& widths,
                                              const CpuOptions& options) {
  TfLiteVersion();  // or the error, before a network is made
  std::vector<CpuRow> rows;
  for (const int width : widths) {
    const Model model = GeneratePaperModel(kind, width);
    for (const int threads : CpuThreads()) {
      auto row = Measure(model, threads, options);
      if (!row) return std::nullopt;
      row->experiment = kind + "-cpu";
      row->kind = kind;
      row->width = width;
      rows.push_back(*std::move(row));
    }
  }
  return rows;
}

}  // namespace coralline::paper
