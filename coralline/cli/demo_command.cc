#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <optional>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/demo_report.h"
#include "coralline/cli/demo_variants.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/progress.h"
#include "coralline/cli/report_options.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/host.h"
#include "coralline/zoo/synthetic.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Runs the paper's fully connected and convolutional networks on one to "
    "four\nemulated Edge TPUs, cut as Google's compiler does and as Coralline "
    "plans.\nThen it measures the same effect on this machine: a network whose "
    "weights\nmiss the second-level cache of one core while half of them fit, "
    "whole on one\ncore, whole on several threads, and as a pipeline with a "
    "core a stage. Outputs\nare compared bit for bit. Takes about a minute.\n\n"
    "Examples:\n"
    "  coralline demo --report demo.html\n"
    "  coralline demo --quick --json";

// Six layers, of which four hold nearly all weights, cut evenly into 2 and 4.
constexpr int kLayers = 6;
constexpr int kLargeLayers = kLayers - 2;
// The whole is this many times the cache: well beyond it, and half well inside.
constexpr double kWholeOverCache = 1.5;
constexpr std::int64_t kUnknownCacheBytes = 1 << 20;
constexpr std::int64_t kVerifiedInputs = 100;

// Where the paper's speed-ups are largest.
constexpr int kFullyConnectedWidth = 2620;
constexpr int kConvWidth = 682;
// An inference of the convolutions takes a core a second or more.
constexpr std::int64_t kVerifiedFullyConnected = 10;
constexpr std::int64_t kVerifiedConv = 1;

struct Options {
  int width = 0;
  int repeats = 5;
  double seconds = 0.5;
  int devices = 4;  // emulated
  double emulated_seconds = 1;
  bool quick = false;
  ReportOptions report;
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

// Speed-ups are of each repeat against the first variant in the same repeat.
CoreResult ResultOf(const DemoVariant& variant, const DemoVariant& baseline) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < variant.throughputs_rps.size(); ++i) {
    ratios.push_back(variant.throughputs_rps[i] / baseline.throughputs_rps[i]);
  }
  return {.name = variant.name,
          .devices = variant.devices,
          .throughput_rps = Median(variant.throughputs_rps),
          .busy_ns = Median(variant.busy_ns),
          .speedup = Median(ratios),
          .speedup_min = *std::min_element(ratios.begin(), ratios.end()),
          .speedup_max = *std::max_element(ratios.begin(), ratios.end())};
}

CoreResults MeasureCores(const Options& options) {
  const std::vector<int> cores = AvailableCores();
  CoreResults results{
      .layers = kLayers,
      .cache_bytes = L2CacheBytes(cores[0]).value_or(kUnknownCacheBytes),
      .verified_inputs = kVerifiedInputs,
      .num_cores = static_cast<int>(cores.size())};
  results.width =
      options.width > 0 ? options.width : ChooseWidth(results.cache_bytes);
  const Model model =
      GenerateFullyConnected({.width = results.width, .layers = kLayers});
  results.model = model.name;
  results.parameter_bytes = ParameterBytes(model.graph);
  std::vector<DemoVariant> variants = LoadDemoVariants(model, cores);
  VerifyDemoVariants(model, variants, kVerifiedInputs);
  MeasureDemoVariants(model, options.repeats, ToNanoseconds(options.seconds),
                      variants);
  const std::string& description = variants[0].description;
  results.kernels = description.substr(description.find(' ') + 1);
  // Ctrl-C may have ended the first round.
  results.repeats = variants.back().throughputs_rps.size();
  if (results.repeats == 0) return results;
  for (const DemoVariant& variant : variants) {
    results.variants.push_back(ResultOf(variant, variants[0]));
  }
  return results;
}

std::vector<EmulatedNet> Emulate(const Options& options,
                                 const std::string& spec, bool can_verify) {
  Progress progress("", 0);
  EmulationOptions emulation{
      .spec = spec,
      .most_devices = options.devices,
      .duration = ToNanoseconds(options.emulated_seconds),
      .progress = [&progress](const std::string& what) { progress.Say(what); }};
  const auto verify = [&](std::int64_t inputs) {
    emulation.verified_inputs = can_verify ? inputs : 0;
  };
  verify(kVerifiedFullyConnected);
  std::vector<EmulatedNet> nets = {
      EmulateNet(GenerateFullyConnected({.width = kFullyConnectedWidth}),
                 "the paper's fully connected network", emulation)};
  verify(options.quick ? 0 : kVerifiedConv);
  nets.push_back(EmulateNet(GenerateConv({.width = kConvWidth}),
                            "the paper's convolutional network", emulation));
  return nets;
}

// Why this machine runs no model; empty where it does.
std::string WhyNoCores() {
  try {
    TfLiteVersion();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

void Print(const DemoReport& report, const Options& options) {
  if (options.json) {
    fmt::print("{}", DemoJson(report));
  } else {
    fmt::print("{}", DemoText(report, StdoutTerminal()));
  }
  // Before the line on stderr that says where the report is.
  std::fflush(stdout);
  if (options.report.wanted()) WriteReport(options.report, DemoPage(report));
}

int Demo(const Options& options) {
  Interrupted();
  CheckFolders(options.report);
  DemoReport report{.spec = "edgetpu-pcie", .missing = WhyNoCores()};
  const bool can_run = report.missing.empty();
  report.nets = Emulate(options, report.spec, can_run);
  if (Interrupted()) return kInterrupted;
  if (can_run) {
    report.cores = MeasureCores(options);
    if (report.cores.variants.empty()) return kInterrupted;
  }
  Print(report, options);
  if (!can_run) return static_cast<int>(ErrorKind::kDevice);
  return Interrupted() ? kInterrupted : 0;
}

void AddQuickOption(CLI::App& app, Options& options) {
  app.add_flag_callback(
      "--quick",
      [&options] {
        options.quick = true;
        options.repeats = 1;
        options.seconds = 0.1;
        options.emulated_seconds = 0.1;
      },
      "One short run of everything, and no outputs of the convolutions: times "
      "say little");
}

}  // namespace

Action ConfigureDemo(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--width", options->width,
                 "Neurons of a hidden layer of the network on cores (by the "
                 "cache's size)")
      ->check(CLI::PositiveNumber);
  app.add_option("--repeats", options->repeats, "Runs of each variant on cores")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--duration", options->seconds, "Seconds of each of them")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--devices", options->devices, "Emulated devices, at most")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  app.add_option("--emulated-duration", options->emulated_seconds,
                 "Seconds of each emulated run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddQuickOption(app, *options);
  AddReportOptions(app, options->report);
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Demo(*options); };
}

}  // namespace coralline::cli
