#include "coralline/cli/run_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "coralline/cli/duration_option.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/kernels_option.h"
#include "coralline/cli/run_report.h"
#include "coralline/cli/splits.h"
#include "coralline/device/topology.h"

namespace coralline::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr auto kDefaultDuration = 3s;
constexpr auto kDefaultWatchdog = 1s;

void AddMeasurementOptions(CLI::App& app, RunCommandOptions& options) {
  app.add_option("--requests", options.requests, "End after so many")
      ->check(CLI::PositiveNumber);
  AddDurationOption(
      app, "--duration", [&options](nanoseconds t) { options.duration = t; },
      "End after this time, in seconds or with a unit (3 s, unless --requests "
      "is given)",
      1s);
  app.add_option("--warmup", options.warmup,
                 "Requests that run before and are not measured")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--in-flight", options.in_flight,
                 "Requests inside at a time (four times the devices)")
      ->check(CLI::PositiveNumber);
  AddDurationOption(
      app, "--timeout", [&options](nanoseconds t) { options.timeout = t; },
      "Answer a request as expired after this time, in ms or with a unit", 1ms);
  app.add_option("--seed", options.seed, "Of the random inputs")
      ->capture_default_str();
  app.add_option("--reference", options.reference,
                 "Compare each output with this .tflite model's on the CPU, "
                 "bit for bit; exit status 1 where one differs");
}

void AddFaultOptions(CLI::App& app, RunCommandOptions& options) {
  auto* group = app.add_option_group("When something goes wrong");
  group
      ->add_option(
          "--fault", options.faults,
          "Let an emulated device go wrong: device=2,at=100,kind=lost; "
          "kinds are fail, stall, slow and lost; repeatable")
      ->allow_extra_args(false);
  AddDurationOption(
      *group, "--watchdog", [&options](nanoseconds t) { options.watchdog = t; },
      "Give a device up whose inference takes longer, in ms or with a unit; 0: "
      "never (1 s, or ten times the slowest stage where that is longer)",
      1ms);
  group->add_flag("--rebalance{1s}", options.rebalance,
                  "Plan again where measured times drift from the plan's, "
                  "looked at every second, or as often as --rebalance=TIME");
}

void AddPlacementOptions(CLI::App& app, RunCommandOptions& options) {
  auto* group = app.add_option_group("Threads");
  const std::map<std::string, WaitProfile> profiles = {
      {"balanced", WaitProfile::kBalanced},
      {"throughput", WaitProfile::kThroughput}};
  group
      ->add_option("--wait", options.wait,
                   "How idle threads wait: balanced (they soon sleep), "
                   "throughput (they keep a core busy for longer)")
      ->transform(CLI::CheckedTransformer(profiles, CLI::ignore_case))
      ->option_text("balanced|throughput");
  group
      ->add_option("--pin", options.pin,
                   "Threads of devices that are no core: none, or topology (a "
                   "core each, those that share a cache together)")
      ->check(CLI::IsMember({"none", "topology"}))
      ->option_text("none|topology");
  group->add_flag("--realtime", options.realtime,
                  "Ask the system for real-time priority");
}

void AddReportGroup(CLI::App& app, RunCommandOptions& options) {
  auto* group = app.add_option_group("Reports");
  group->add_flag_function(
      "--live,!--no-live",
      [&options](std::int64_t sum) { options.live = sum > 0; },
      "A line for each stage while it runs, on stderr (on a terminal, without "
      "--json)");
  group->add_option("--trace", options.trace,
                    "Write what requests and devices did when, for Perfetto, "
                    "see docs/trace.md");
  group->add_option("--csv", options.csv, "Write a row for each device");
  AddReportOptions(*group, options.report);
  group->add_flag("--json", options.json, "Print JSON");
}

std::vector<Fault> ParseFaults(const std::vector<std::string>& texts) {
  std::vector<Fault> faults;
  for (const std::string& text : texts) faults.push_back(ParseFault(text));
  return faults;
}

PipelineOptions PipelineOptionsOf(const RunCommandOptions& options) {
  PipelineOptions pipeline{
      .max_in_flight = options.in_flight > 0 ? options.in_flight + 1 : 0,
      .wait = options.wait,
      .watchdog = options.watchdog.value_or(kDefaultWatchdog),
      .realtime = options.realtime};
  if (!options.rebalance.empty()) {
    pipeline.rebalance = ParseDuration(options.rebalance, 1ms);
  }
  if (options.pin == "topology") pipeline.cores = CoresByTopology();
  if (!options.trace.empty() || options.report.wanted()) {
    pipeline.trace_capacity = kTraceCapacity;
  }
  return pipeline;
}

bool IsEmulatedDevice(const std::string& name) {
  return name.starts_with("emulated:");
}

// Whether the plan's own devices emulate the stage.
bool IsEmulatedStage(const RunnerOptions& options, const PlannedStage& stage) {
  const ClassDocument& its = options.plan->classes[stage.device_class];
  return !its.spec.empty() && !IsEdgeTpuName(its.device.name);
}

// Whether an Edge TPU may be among the devices.
bool MayUseEdgeTpus(const RunCommandOptions& options, const Model& model,
                    const RunnerOptions& runner) {
  const auto& names = options.devices;
  if (std::any_of(names.begin(), names.end(), IsEdgeTpuName)) return true;
  if (!names.empty()) return false;
  const auto is_real = [](const ClassDocument& its) {
    return IsEdgeTpuName(its.device.name);
  };
  return IsCompiled(model.graph) ||
         (runner.plan && std::any_of(runner.plan->classes.begin(),
                                     runner.plan->classes.end(), is_real));
}

}  // namespace

void AddRunOptions(CLI::App& app, RunCommandOptions& options) {
  app.add_option("MODEL", options.model, "A quantized .tflite file")
      ->required();
  AddCutOptions(app, options.cuts);
  app.add_option("--devices", options.devices,
                 "edgetpu:0, edgetpu:all, cpu, cpu:0 (one core), cpu:0-1 (two "
                 "threads), or emulated:SPEC:N; one per stage where the cuts "
                 "are given; those of --plan otherwise, simulated ones "
                 "emulated; every Edge TPU for a compiled model; or all "
                 "cores")
      ->delimiter(',');
  app.add_flag("--compute", options.compute,
               "Let the CPU compute the outputs of emulated devices; an "
               "inference takes the longer of both");
  AddSplitOption(app, options.split_layers);
  AddKernelsOption(app, options.kernels);
  AddCacheOptions(app, options.measuring);
  AddEdgeTpuOptions(app, options.edgetpu);
  AddMeasurementOptions(app, options);
  AddFaultOptions(app, options);
  AddPlacementOptions(app, options);
  AddReportGroup(app, options);
}

RunnerOptions RunnerOptionsOf(const RunCommandOptions& options,
                              const Model& model) {
  RunnerOptions runner{.devices = options.devices,
                       .kernels = options.kernels,
                       .compute = options.compute,
                       .faults = ParseFaults(options.faults),
                       .split_layers = ParseSplitMode(options.split_layers),
                       .pipeline = PipelineOptionsOf(options),
                       .stretch_watchdog = !options.watchdog};
  if (!options.cuts.plan.empty()) {
    runner.plan = ReadPlanDocument(options.cuts.plan, model);
  } else if (HasCuts(options.cuts)) {
    runner.segments = ChooseSegments(model, options.cuts);
  }
  if (MayUseEdgeTpus(options, model, runner)) {
    runner.edgetpu = EdgeTpuSetupOf(options.edgetpu);
  }
  return runner;
}

RunOptions RunOptionsOf(const RunCommandOptions& options) {
  RunOptions run{.requests = options.requests,
                 .duration = options.duration,
                 .warmup_requests = options.warmup,
                 .in_flight = options.in_flight,
                 .request = {.timeout = options.timeout},
                 .stop = &Interrupted()};
  if (!run.requests && !run.duration) run.duration = kDefaultDuration;
  return run;
}

bool UsesCpu(const RunnerOptions& options) {
  if (options.compute) return true;
  if (!options.devices.empty() || !options.plan) {
    return !std::all_of(options.devices.begin(), options.devices.end(),
                        IsEmulatedDevice) ||
           options.devices.empty();
  }
  const auto& stages = options.plan->plan.stages;
  return !std::all_of(stages.begin(), stages.end(), [&](const auto& stage) {
    return IsEmulatedStage(options, stage);
  });
}

}  // namespace coralline::cli
