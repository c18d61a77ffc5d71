#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coralline/chart/page.h"
#include "coralline/cli/demo_emulated.h"
#include "coralline/cli/terminal.h"

namespace coralline::cli {

/// One way to run a network on this machine's cores, measured.
struct CoreResult {
  std::string name;
  std::vector<std::string> devices;  ///< one a stage
  double throughput_rps = 0;         ///< these are medians
  double busy_ns = 0;                ///< of all stages together, an inference
  double speedup = 0;
  double speedup_min = 0;
  double speedup_max = 0;
};

/// The cores' part of the demo.
struct CoreResults {
  std::string model;
  int layers = 0;
  int width = 0;
  std::int64_t parameter_bytes = 0;
  std::int64_t cache_bytes = 0;
  std::int64_t verified_inputs = 0;
  std::string kernels;
  int num_cores = 0;
  std::size_t repeats = 0;
  /// The first is what speed-ups are against. Empty where nothing ran.
  std::vector<CoreResult> variants;
};

/// All that the demo tells.
struct DemoReport {
  std::string spec;  ///< of the emulated devices
  std::vector<EmulatedNet> nets;
  CoreResults cores;
  /// Why the cores, and outputs, are left out; empty where they are not.
  std::string missing;
};

std::string DemoText(const DemoReport& report, const Terminal& terminal);
std::string DemoJson(const DemoReport& report);
Page DemoPage(const DemoReport& report);

/// What of the cores' gain is the cache's, and what is parallelism.
std::string ExplainCores(const CoreResults& cores);

}  // namespace coralline::cli
