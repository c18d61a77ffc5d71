#include "coralline/cli/sweep_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/cli/splits.h"
#include "coralline/sim/pipeline_cost.h"
#include "coralline/tflite/reader.h"
#include "coralline/zoo/networks.h"

namespace coralline::cli {
namespace {

constexpr int kMaxDevices = 64;
constexpr int kMaxJobs = 256;

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

template <typename T>
void AddOnce(std::vector<T>& values, const T& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) {
    values.push_back(value);
  }
}

std::optional<int> CountOf(std::string_view text) {
  int count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  const bool is_count = parsed.ec == std::errc() && parsed.ptr == end &&
                        count >= 1 && count <= kMaxDevices;
  return is_count ? std::optional(count) : std::nullopt;
}

DeviceGroup DeviceOf(const std::string& name) {
  const bool is_spec = name != "cpu" && !name.starts_with("cpu:") &&
                       !name.starts_with("emulated:") &&
                       name.find('=') == std::string::npos;
  if (!is_spec) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--device {}: sweep answers from the simulator: "
                            "give one device spec, and the numbers of devices "
                            "with --counts",
                            name));
  }
  DeviceSpec spec = ReadDeviceSpec(name);
  std::string device = spec.name;
  return {.name = std::move(device), .spec = std::move(spec)};
}

SweepModel FileModel(const std::string& path) {
  return {.name = std::filesystem::path(path).stem().string(),
          .load = [path] { return ReadTflite(path); }};
}

SweepModel NetworkModel(std::string_view name) {
  return {.name = std::string(name),
          .load = [name] { return GenerateNetwork(name); }};
}

// What ends in .tflite, or is there, is meant as a file.
SweepModel OneModel(const std::string& text) {
  if (text.ends_with(".tflite") || std::filesystem::exists(text)) {
    if (std::filesystem::is_regular_file(text)) return FileModel(text);
    throw Error(ErrorKind::kModel, fmt::format("{}: no such file", text));
  }
  const auto& all = Architectures();
  const auto found = std::find_if(
      all.begin(), all.end(),
      [&](const Architecture& network) { return network.name == text; });
  // It knows the nearest one.
  if (found == all.end()) DescribeNetwork(text);
  return NetworkModel(found->name);
}

// Two files may have one name; then they go by their paths.
void SetApart(const std::vector<std::string>& texts,
              std::vector<SweepModel>& models) {
  std::map<std::string, int> uses;
  for (const SweepModel& model : models) ++uses[model.name];
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (uses[models[i].name] > 1) models[i].name = texts[i];
  }
}

}  // namespace

std::vector<int> ParseCounts(const std::string& text) {
  std::vector<int> counts;
  for (const std::string_view part : SplitAtCommas(text)) {
    const std::size_t dash = part.find('-');
    const auto first = CountOf(part.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : CountOf(part.substr(dash + 1));
    if (!first || !last || *first > *last) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--counts {}: '{}' is no number of devices from "
                              "1 to {}, and no range of them such as 1-8",
                              text, part, kMaxDevices));
    }
    for (int count = *first; count <= *last; ++count) AddOnce(counts, count);
  }
  return counts;
}

std::vector<Strategy> ParseStrategies(const std::string& text) {
  if (text == "all") {
    return {Strategy::kOptimal,  Strategy::kCompiler, Strategy::kEqualLayers,
            Strategy::kBalanced, Strategy::kLibcoral, Strategy::kExhaustive};
  }
  std::vector<Strategy> strategies;
  for (const std::string_view name : SplitAtCommas(text)) {
    AddOnce(strategies, ParseStrategy(name));
  }
  return strategies;
}

SweepOptions SweepOptionsOf(const SweepCommandOptions& options) {
  SweepOptions sweep{
      .device = DeviceOf(options.device),
      .counts = ParseCounts(options.counts),
      .strategies = ParseStrategies(options.strategies),
      .problem = {.host = options.host == kPythonHost.name ? kPythonHost
                                                           : kNativeHost,
                  .max_replicas = options.max_replicas},
      .plan = {.objective = ParseObjective(options.objective),
               .all_orders = !options.one_order},
      .libcoral = {.diff_threshold =
                       std::chrono::nanoseconds(options.libcoral_threshold_ns)},
      .split_layers = ParseSplitMode(options.split_layers),
      .time_limit = std::chrono::duration<double>(options.time_limit_s),
      .jobs = options.jobs};
  if (sweep.jobs == 0) {
    sweep.jobs =
        std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  return sweep;
}

std::vector<SweepModel> SweepModelsOf(const std::vector<std::string>& texts) {
  std::vector<std::string> each;
  for (const std::string& text : texts) {
    if (text != "all") {
      AddOnce(each, text);
      continue;
    }
    for (const Architecture& network : Architectures()) {
      AddOnce(each, std::string(network.name));
    }
  }
  std::vector<SweepModel> models;
  for (const std::string& text : each) models.push_back(OneModel(text));
  SetApart(each, models);
  return models;
}

SweepIdentity SweepIdentityOf(const SweepCommandOptions& options) {
  return {
      {"program", CORALLINE_VERSION},
      {"device", options.device},
      {"spec", ReadDeviceSpecText(options.device)},
      {"host", options.host},
      {"objective", options.objective},
      {"max_replicas", std::to_string(options.max_replicas)},
      {"split_layers", options.split_layers},
      {"orders", options.one_order ? "one" : "all"},
      {"libcoral_threshold_ns", std::to_string(options.libcoral_threshold_ns)},
      {"time_limit_s", fmt::format("{}", options.time_limit_s)}};
}

void AddSweepOptions(CLI::App& app, SweepCommandOptions& options) {
  app.add_option("MODELS", options.models,
                 "Quantized .tflite files, networks of 'generate --list', or "
                 "all of these")
      ->required();
  app.add_option("--device", options.device,
                 "A device spec by name or .json path")
      ->capture_default_str();
  app.add_option("--counts", options.counts,
                 "Numbers of devices: 1-8, or 1,2,4")
      ->capture_default_str();
  app.add_option("--strategies", options.strategies,
                 "Whose cuts: some of optimal, compiler, equal-layers, "
                 "balanced, libcoral, exhaustive; or all")
      ->capture_default_str();
  app.add_option("--objective", options.objective,
                 "Of the optimal plans: throughput or latency")
      ->check(CLI::IsMember({"throughput", "latency"}))
      ->capture_default_str();
  app.add_option("--host", options.host,
                 "Who feeds the devices: native, or python as in the paper")
      ->check(CLI::IsMember({"native", "python"}))
      ->capture_default_str();
  AddSplitOption(app, options.split_layers);
  app.add_option("--max-replicas", options.max_replicas,
                 "Devices that may run one segment in turn")
      ->check(CLI::Range(1, kMaxDevices))
      ->capture_default_str();
  app.add_flag("--one-order", options.one_order,
               "Cut the model's order of ops, and look at no other");
  app.add_option("--time-limit", options.time_limit_s,
                 "Seconds for one plan, after which the best so far is taken "
                 "with a bound")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--libcoral-threshold-ns", options.libcoral_threshold_ns,
                 "Where libcoral's bisection ends; with its own 1000000 it "
                 "finds no cut of a fast model")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--jobs", options.jobs,
                 "Threads; as many as there are cores by default")
      ->check(CLI::Range(1, kMaxJobs));
  app.add_option("-o,--output", options.output,
                 "Keep every finished row in this file; the same command goes "
                 "on where it was stopped");
  AddReportOptions(app, options.report);
  auto* format = app.add_option_group("format");
  format->add_flag("--csv", options.csv, "Print a line for each row");
  format->add_flag("--json", options.json, "Print JSON");
  format->require_option(0, 1);
}

}  // namespace coralline::cli
