#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coralline/cli/cut_options.h"
#include "coralline/cli/edgetpu_options.h"
#include "coralline/cli/measuring_options.h"
#include "coralline/cli/report_options.h"
#include "coralline/pipeline/run.h"
#include "coralline/runtime/runner.h"

namespace coralline::cli {

/// What the user asks `run` for.
struct RunCommandOptions {
  std::string model;
  CutOptions cuts;
  std::vector<std::string> devices;
  CpuKernels kernels = CpuKernels::kAuto;
  bool compute = false;
  std::string split_layers = "auto";
  MeasuringOptions measuring;  ///< its cache
  EdgeTpuCommandOptions edgetpu;

  std::optional<std::int64_t> requests;
  std::optional<std::chrono::nanoseconds> duration;
  std::int64_t warmup = 20;
  int in_flight = 0;
  std::chrono::nanoseconds timeout{0};
  std::uint64_t seed = 1;

  std::vector<std::string> faults;
  std::optional<std::chrono::nanoseconds> watchdog;
  std::string rebalance;  ///< a time; empty: off
  WaitProfile wait = WaitProfile::kBalanced;
  std::string pin = "none";
  bool realtime = false;

  std::string reference;
  std::optional<bool> live;
  std::string trace;
  std::string csv;
  ReportOptions report;
  bool json = false;
};

void AddRunOptions(CLI::App& app, RunCommandOptions& options);

/// Throws Error(kUsage) for values that do not fit, and as ChooseSegments and
/// ReadPlanDocument do. The cache and on_event are left to the caller.
RunnerOptions RunnerOptionsOf(const RunCommandOptions& options,
                              const Model& model);

RunOptions RunOptionsOf(const RunCommandOptions& options);

/// Whether the CPU computes anything.
bool UsesCpu(const RunnerOptions& options);

}  // namespace coralline::cli
