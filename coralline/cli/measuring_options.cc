#include "coralline/cli/measuring_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>

#include "coralline/cli/interrupt.h"
#include "coralline/runtime/device_names.h"

namespace coralline::cli {

void AddMeasuringOptions(CLI::App& app, MeasuringOptions& options) {
  auto* group =
      app.add_option_group("Measuring (cpu:N, emulated:SPEC, edgetpu:N)");
  group
      ->add_option("--segment-budget", options.segment_budget_s,
                   "Seconds for one segment at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  group
      ->add_option("--interval", options.target_width,
                   "Measure until the median is known this closely")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddCacheOptions(*group, options);
}

void AddCacheOptions(CLI::App& app, MeasuringOptions& options) {
  auto* cache = app.add_option(
      "--cache", options.cache,
      "Database of earlier measurements (in the user's cache folder)");
  app.add_flag("--no-cache", options.no_cache,
               "Neither use nor keep earlier measurements")
      ->excludes(cache);
}

std::unique_ptr<ProfileCache> OpenCache(const MeasuringOptions& options) {
  if (options.no_cache) return nullptr;
  return std::make_unique<ProfileCache>(
      options.cache.empty() ? DefaultCachePath()
                            : std::filesystem::path(options.cache));
}

ProfilerOptions ProfilerOptionsOf(const MeasuringOptions& options) {
  return {.target_width = options.target_width,
          .budget = std::chrono::duration_cast<std::chrono::nanoseconds>(
              std::chrono::duration<double>(options.segment_budget_s)),
          .stop = &Interrupted()};
}

bool IsMeasured(const std::vector<NamedDevices>& named) {
  const bool all_cpu =
      std::all_of(named.begin(), named.end(),
                  [](const auto& devices) { return !devices.group.spec; });
  return all_cpu || std::any_of(named.begin(), named.end(), [](const auto& d) {
           return d.group.spec && !d.device.empty();
         });
}

std::vector<std::unique_ptr<Device>> DevicesOf(
    const std::vector<NamedDevices>& named, const ModelProblem& problem,
    const EdgeTpuCommandOptions& edgetpu) {
  const bool has_real = std::any_of(
      named.begin(), named.end(),
      [](const auto& devices_of) { return IsEdgeTpuName(devices_of.device); });
  const EdgeTpuSetup setup =
      has_real ? EdgeTpuSetupOf(edgetpu) : EdgeTpuSetup();
  std::vector<std::unique_ptr<Device>> devices;
  for (const DeviceClass& device_class : problem.problem().classes) {
    const auto found = std::find_if(
        named.begin(), named.end(), [&](const NamedDevices& devices_of) {
          return devices_of.group.name == device_class.name;
        });
    // What accelerators leave to the CPU has a class of ours.
    const std::string name = found == named.end() ? "cpu" : found->device;
    if (name.empty()) {
      devices.push_back(nullptr);
      continue;
    }
    auto made = MakeDevices({name}, {.edgetpu = setup});
    devices.push_back(std::move(made.front()));
  }
  return devices;
}

}  // namespace coralline::cli
