#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/demo_variants.h"
#include "coralline/cli/format.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/table.h"
#include "coralline/device/host.h"
#include "coralline/zoo/synthetic.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Generates a fully connected network whose weights miss the second-level\n"
    "cache of one core while half of them fit, runs it whole on one core, whole"
    "\non several threads, and as a pipeline with one core per stage, proves "
    "the"
    "\noutputs equal, and prints what was measured. A core's cache plays the\n"
    "part of an accelerator's memory.\n\n"
    "Example:\n  coralline demo --repeats 9";

// Six layers, of which four hold nearly all weights, cut evenly into 2 and 4.
constexpr int kLayers = 6;
constexpr int kLargeLayers = kLayers - 2;
// The whole is this many times the cache: well beyond it, and half well inside.
constexpr double kWholeOverCache = 1.5;
constexpr std::int64_t kUnknownCacheBytes = 1 << 20;

struct Options {
  int width = 0;
  int repeats = 5;
  double seconds = 0.5;
  bool json = false;
};

int ChooseWidth(std::int64_t cache_bytes) {
  const double weights = kWholeOverCache * static_cast<double>(cache_bytes);
  return static_cast<int>(std::sqrt(weights / kLargeLayers) / 8) * 8;
}

std::chrono::nanoseconds ToNanoseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Speed-ups of each repeat against the first variant in the same repeat.
std::vector<double> SpeedUps(const DemoVariant& variant,
                             const DemoVariant& baseline) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < variant.throughputs_rps.size(); ++i) {
    ratios.push_back(variant.throughputs_rps[i] / baseline.throughputs_rps[i]);
  }
  return ratios;
}

struct Setting {
  const Model& model;
  int width;
  std::int64_t cache_bytes;
  std::int64_t verified_inputs;
};

void PrintJson(const Setting& setting,
               const std::vector<DemoVariant>& variants) {
  Json list = Json::array();
  for (const DemoVariant& variant : variants) {
    const auto ratios = SpeedUps(variant, variants[0]);
    list.push_back(
        {{"name", variant.name},
         {"devices", variant.devices},
         {"throughput_rps", Median(variant.throughputs_rps)},
         {"busy_ns", std::llround(Median(variant.busy_ns))},
         {"speedup", Median(ratios)},
         {"speedup_min", *std::min_element(ratios.begin(), ratios.end())},
         {"speedup_max", *std::max_element(ratios.begin(), ratios.end())}});
  }
  const Json json = {{"model", setting.model.name},
                     {"origin", "measured"},
                     {"layers", kLayers},
                     {"width", setting.width},
                     {"parameter_bytes", ParameterBytes(setting.model.graph)},
                     {"l2_cache_bytes", setting.cache_bytes},
                     {"verified_inputs", setting.verified_inputs},
                     {"variants", list}};
  fmt::print("{}\n", json.dump(2));
}

// What of the gain is the cache's, and what is parallelism.
std::string Explain(const std::vector<DemoVariant>& variants) {
  if (AvailableCores().size() == 1) {
    return "One core only: stages share it and gain nothing.";
  }
  const double whole = Median(variants.front().busy_ns);
  const double stages = Median(variants.back().busy_ns);
  return fmt::format(
      "An inference computes for {} whole\nand for {} in {} stages together: "
      "the cache makes the work {:.2f}x as fast, the\nstages' working at the "
      "same time does the rest.",
      FormatDuration(std::chrono::nanoseconds(std::llround(whole))),
      FormatDuration(std::chrono::nanoseconds(std::llround(stages))),
      variants.back().devices.size(), whole / stages);
}

void PrintText(const Setting& setting,
               const std::vector<DemoVariant>& variants) {
  fmt::print(
      "Fully connected network, {} int8 layers, width {}: {} of weights; a "
      "core's L2 cache holds {}.\n"
      "Outputs of every variant equal the whole model's bit for bit on {} "
      "random inputs ({}).\n\n",
      kLayers, setting.width, FormatBytes(ParameterBytes(setting.model.graph)),
      FormatBytes(setting.cache_bytes), setting.verified_inputs,
      variants[0].description.substr(variants[0].description.find(' ') + 1));
  Table table({"measured on this machine", "inferences/s>", "per inference>",
               "speed-up>", "min>", "max>"});
  for (const DemoVariant& variant : variants) {
    const double rps = Median(variant.throughputs_rps);
    const auto ratios = SpeedUps(variant, variants[0]);
    table.AddRow(
        {variant.name, fmt::format("{:.0f}", rps),
         FormatDuration(std::chrono::nanoseconds(std::llround(1e9 / rps))),
         fmt::format("{:.2f}x", Median(ratios)),
         fmt::format("{:.2f}x",
                     *std::min_element(ratios.begin(), ratios.end())),
         fmt::format("{:.2f}x",
                     *std::max_element(ratios.begin(), ratios.end()))});
  }
  fmt::print("{}\nMedians of {} runs of each in turn. {}\n", table.Format(),
             variants[0].throughputs_rps.size(), Explain(variants));
}

int Demo(const Options& options) {
  Interrupted();
  const std::vector<int> cores = AvailableCores();
  const std::int64_t cache_bytes =
      L2CacheBytes(cores[0]).value_or(kUnknownCacheBytes);
  const int width =
      options.width > 0 ? options.width : ChooseWidth(cache_bytes);
  const Model model =
      GenerateFullyConnected({.width = width, .layers = kLayers});
  std::vector<DemoVariant> variants = LoadDemoVariants(model, cores);
  constexpr std::int64_t kVerifiedInputs = 100;
  VerifyDemoVariants(model, variants, kVerifiedInputs);
  MeasureDemoVariants(model, options.repeats, ToNanoseconds(options.seconds),
                      variants);
  if (variants.back().throughputs_rps.empty()) return kInterrupted;
  const Setting setting{model, width, cache_bytes, kVerifiedInputs};
  options.json ? PrintJson(setting, variants) : PrintText(setting, variants);
  return Interrupted() ? kInterrupted : 0;
}

}  // namespace

Action ConfigureDemo(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--width", options->width,
                 "Neurons of a hidden layer (by the cache's size)")
      ->check(CLI::PositiveNumber);
  app.add_option("--repeats", options->repeats, "Runs of each variant")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--duration", options->seconds, "Seconds of each run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Demo(*options); };
}

}  // namespace coralline::cli
