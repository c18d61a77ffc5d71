#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace coralline::paper {

/// A whole network on this machine's CPU, measured.
struct CpuRow {
  std::string
      experiment;  ///< "fc-cpu", "conv-cpu", as published points have it
  std::string kind;
  int width = 0;
  int threads = 0;
  int inferences = 0;
  double ms = 0;  ///< the median, and the ends of most of them
  double p10_ms = 0;
  double p90_ms = 0;
  std::string runtime;  ///< "TFLite 2.9.0, XNNPACK, the CPU's name"

  template <typename Row, typename Visitor>
  static void Visit(Row& row, Visitor&& visit) {
    visit("experiment", row.experiment);
    visit("kind", row.kind);
    visit("width", row.width);
    visit("threads", row.threads);
    visit("inferences", row.inferences);
    visit("ms", row.ms);
    visit("p10_ms", row.p10_ms);
    visit("p90_ms", row.p90_ms);
    visit("runtime", row.runtime);
  }
};

struct CpuOptions {
  double seconds = 0.5;  ///< of each network and number of threads, in about
  const std::atomic<bool>* stop = nullptr;
};

/// Numbers of threads that were published and that this machine has cores for.
std::vector<int> CpuThreads();

/// Each network, with random weights, by TFLite with each number of threads, a
/// core each. nullopt where it was stopped. Throws Error(kDevice) where there
/// is no TFLite library.
std::optional<std::vector<CpuRow>> MeasureCpu(const std::string& kind,
                                              const std::vector<int>& widths,
                                              const CpuOptions& options);

}  // namespace coralline::paper
