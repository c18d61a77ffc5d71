#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coralline/cli/planning_options.h"
#include "coralline/device/device.h"
#include "coralline/profile/profiler.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// How segments are measured, for commands that do.
struct MeasuringOptions {
  double segment_budget_s = 2;
  double target_width = 0.02;
  std::string cache;
  bool no_cache = false;
};

void AddMeasuringOptions(CLI::App& app, MeasuringOptions& options);

/// Only --cache and --no-cache.
void AddCacheOptions(CLI::App& app, MeasuringOptions& options);

/// The cache on disk; null with --no-cache.
std::unique_ptr<ProfileCache> OpenCache(const MeasuringOptions& options);

ProfilerOptions ProfilerOptionsOf(const MeasuringOptions& options);

/// A device for each class of the problem whose segments are to be measured;
/// null where they are simulated. Ops left to the CPU are measured on a core
/// where anything is measured.
std::vector<std::unique_ptr<Device>> DevicesOf(
    const std::vector<NamedDevices>& named, const ModelProblem& problem,
    const EdgeTpuCommandOptions& edgetpu);

bool IsMeasured(const std::vector<NamedDevices>& named);

}  // namespace coralline::cli
