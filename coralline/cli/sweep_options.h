#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coralline/cli/report_options.h"
#include "coralline/plan/strategy.h"
#include "coralline/sweep/journal.h"
#include "coralline/sweep/sweep.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// What the user asks `sweep` for.
struct SweepCommandOptions {
  std::vector<std::string> models;
  std::string device = "edgetpu-pcie";
  std::string counts = "1-8";
  std::string strategies = "optimal,compiler,equal-layers,balanced,libcoral";
  std::string objective = "throughput";
  std::string host = "native";
  std::string split_layers = "auto";
  int max_replicas = 16;
  bool one_order = false;
  double time_limit_s = 10;
  std::int64_t libcoral_threshold_ns = 10'000;
  int jobs = 0;  // 0: as many as there are cores
  std::string output;
  ReportOptions report;
  bool csv = false;
  bool json = false;
};

void AddSweepOptions(CLI::App& app, SweepCommandOptions& options);

/// "1-8", "1,2,4", "1-4,8": each once, in the given order. Throws
/// Error(kUsage).
std::vector<int> ParseCounts(const std::string& text);

/// "optimal,compiler", or "all". Each once. Throws Error(kUsage).
std::vector<Strategy> ParseStrategies(const std::string& text);

/// Throws Error(kUsage) where an option makes no sense.
SweepOptions SweepOptionsOf(const SweepCommandOptions& options);

/// The models that are meant: files, networks of the zoo, or all of those.
/// Throws Error(kUsage) for what is neither, with the nearest name.
std::vector<SweepModel> SweepModelsOf(const std::vector<std::string>& texts);

/// Of the rows of such a sweep.
SweepIdentity SweepIdentityOf(const SweepCommandOptions& options);

}  // namespace coralline::cli
