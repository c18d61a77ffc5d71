#include "coralline/cli/planning_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cmath>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/splits.h"
#include "coralline/runtime/device_names.h"

namespace coralline::cli {
namespace {

constexpr int kMaxDevices = 64;

// "NAME=COUNT", or "NAME" without one.
std::pair<std::string, std::optional<int>> Split(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return {text, std::nullopt};
  const char* begin = text.data() + equals + 1;
  const char* end = text.data() + text.size();
  int given = 0;
  const auto parsed = std::from_chars(begin, end, given);
  if (parsed.ec != std::errc() || parsed.ptr != end || given < 1 ||
      given > kMaxDevices) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--device {}: expected NAME=COUNT with a count of "
                            "1 to {}",
                            text, kMaxDevices));
  }
  return {text.substr(0, equals), given};
}

// Plans and their files tell devices apart by name.
void CheckName(const NamedDevices& named,
               const std::vector<NamedDevices>& others) {
  for (const NamedDevices& other : others) {
    if (other.group.name != named.group.name ||
        other.group.spec == named.group.spec) {
      continue;
    }
    throw Error(ErrorKind::kUsage,
                fmt::format("--device {}: another spec is named '{}', too; "
                            "give one of them a name of its own",
                            named.spec, named.group.name));
  }
}

// One for each bus; those of one bus are measured on the first of them.
std::vector<NamedDevices> EdgeTpus(const std::string& name,
                                   std::optional<int> count,
                                   const EdgeTpuCommandOptions& options) {
  std::vector<NamedDevices> groups;
  for (const std::string& found : ExpandEdgeTpuName(name, options.device)) {
    const std::string kind = EdgeTpuKindName(found);
    if (!groups.empty() && groups.back().group.name == kind) {
      ++groups.back().group.count;
      continue;
    }
    NamedDevices& added = groups.emplace_back();
    added.group.name = kind;
    added.spec = SpecNameOf(found, options.spec);
    added.device = found;
  }
  for (NamedDevices& named : groups) {
    named.group.count = count.value_or(named.group.count);
    named.group.spec = ReadDeviceSpec(named.spec);
  }
  return groups;
}

NamedDevices Named(const std::string& name, int count) {
  NamedDevices named{.group = {.name = name, .count = count}};
  const std::string emulated = EmulatedSpecName(name);
  if (!emulated.empty()) {
    named.spec = emulated;
    named.device = name;
  } else if (name == "cpu" || name.starts_with("cpu:")) {
    named.device = name;
  } else {
    named.spec = name;
  }
  if (!named.spec.empty()) {
    named.group.spec = ReadDeviceSpec(named.spec);
    if (named.device.empty()) named.group.name = named.group.spec->name;
  }
  return named;
}

std::chrono::nanoseconds TargetOf(const PlanningOptions& options) {
  if (!options.target_fps && !options.target_ms) {
    throw Error(ErrorKind::kUsage,
                "--objective devices: for which speed? give --target-fps or "
                "--target-ms");
  }
  const double ms =
      options.target_ms ? *options.target_ms : 1e3 / *options.target_fps;
  constexpr double kNanosecondsPerMs = 1e6;
  return std::chrono::nanoseconds(std::llround(ms * kNanosecondsPerMs));
}

}  // namespace

void AddPlanningOptions(CLI::App& app, PlanningOptions& options) {
  app.add_option("MODEL", options.model, "A quantized .tflite file")
      ->required();
  app.add_option("--device", options.devices,
                 "NAME or NAME=COUNT: a device spec by name or .json path, "
                 "emulated:SPEC, edgetpu:N, edgetpu:all, or cpu:N; repeatable")
      ->allow_extra_args(false)
      ->capture_default_str();
  app.add_option("--count", options.count,
                 "At most so many devices of each --device without a COUNT "
                 "(of edgetpu:N: those that are there)")
      ->each([&options](const std::string&) { options.is_count_given = true; })
      ->check(CLI::Range(1, kMaxDevices))
      ->capture_default_str();
  app.add_option("--objective", options.objective,
                 "throughput, latency, or devices: the fewest for a target")
      ->check(CLI::IsMember({"throughput", "latency", "devices"}))
      ->capture_default_str();
  app.add_option("--target-fps", options.target_fps,
                 "Of --objective devices: inferences per second")
      ->check(CLI::PositiveNumber);
  app.add_option("--target-ms", options.target_ms,
                 "The same as milliseconds between two results")
      ->check(CLI::PositiveNumber);
  app.add_option("--host", options.host,
                 "Who feeds the devices: native, or python as in the paper")
      ->check(CLI::IsMember({"native", "python"}))
      ->capture_default_str();
  app.add_option("--max-replicas", options.max_replicas,
                 "Devices that may run one segment in turn")
      ->check(CLI::Range(1, kMaxDevices))
      ->capture_default_str();
  app.add_option("--devices-per-link", options.devices_per_link,
                 "Devices that share one USB root or PCIe lane")
      ->check(CLI::Range(1, kMaxDevices))
      ->capture_default_str();
  app.add_flag("--one-order", options.one_order,
               "Cut the model's order of ops, and look at no other");
  AddSplitOption(app, options.split_layers);
  app.add_option("--time-limit", options.time_limit_s,
                 "Seconds, after which the best plan so far is given with a "
                 "bound")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

std::vector<NamedDevices> NamedDevicesOf(const PlanningOptions& options) {
  std::vector<NamedDevices> devices;
  const auto add = [&devices](NamedDevices named) {
    CheckName(named, devices);
    devices.push_back(std::move(named));
  };
  for (const std::string& text : options.devices) {
    const auto [name, count] = Split(text);
    if (!IsEdgeTpuName(name)) {
      add(Named(name, count.value_or(options.count)));
      continue;
    }
    const auto most =
        options.is_count_given ? count.value_or(options.count) : count;
    for (auto& group : EdgeTpus(name, most, options.edgetpu)) {
      add(std::move(group));
    }
  }
  return devices;
}

ProblemOptions ProblemOptionsOf(const PlanningOptions& options) {
  return {.host = options.host == kPythonHost.name ? kPythonHost : kNativeHost,
          .max_replicas = options.max_replicas,
          .devices_per_link = options.devices_per_link};
}

PlanOptions PlanOptionsOf(const PlanningOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(options.time_limit_s));
  PlanOptions plan{.all_orders = !options.one_order, .should_stop = [end] {
                     return Interrupted() || Clock::now() > end;
                   }};
  if (options.objective == "latency") plan.objective = Objective::kLatency;
  const bool has_target = options.target_fps || options.target_ms;
  if (options.objective == "devices") {
    plan.objective = Objective::kDevices;
    plan.target_period = TargetOf(options);
  } else if (has_target) {
    throw Error(ErrorKind::kUsage,
                fmt::format("a target is for --objective devices, not {}",
                            options.objective));
  }
  return plan;
}

}  // namespace coralline::cli
