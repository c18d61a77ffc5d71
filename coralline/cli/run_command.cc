#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/cut_options.h"
#include "coralline/cli/device_option.h"
#include "coralline/cli/format.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/kernels_option.h"
#include "coralline/cli/table.h"
#include "coralline/device/emulated_device.h"
#include "coralline/device/host.h"
#include "coralline/pipeline/run.h"
#include "coralline/planning/plan_document.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr const char* kFooter =
    "Cuts the model, loads one segment on each device, sends random inputs\n"
    "and measures in wall-clock time. Ctrl-C drains and still reports.\n"
    "emulated:SPEC:N is N accelerators that are not there: each inference "
    "takes\n"
    "the time that 'simulate' predicts for a loaded device, the first one "
    "loads.\n"
    "Outputs are zeros, or the CPU's with --compute.\n\n"
    "Examples:\n"
    "  coralline run model.tflite --stages 2 --devices cpu:0,cpu:1\n"
    "  coralline run model.tflite --devices cpu:0-1 --requests 1000 --json\n"
    "  coralline run model.tflite --stages 4 --devices emulated:edgetpu-pcie:4";

constexpr double kDefaultSeconds = 3;

struct Options {
  std::string model;
  CutOptions cuts;
  std::vector<std::string> devices;
  std::optional<std::int64_t> requests;
  std::optional<double> seconds;
  int in_flight = 0;
  std::uint64_t seed = 1;
  CpuKernels kernels = CpuKernels::kAuto;
  bool compute = false;
  bool json = false;
};

std::vector<Segment> EqualSegments(const Model& model, const Options& options) {
  CutOptions cuts = options.cuts;
  if (!HasCuts(cuts)) {
    const std::size_t stages = options.devices.empty() ? AvailableCores().size()
                                                       : options.devices.size();
    cuts.stages = std::min(static_cast<int>(stages), model.graph.num_ops());
  }
  return ChooseSegments(model, cuts);
}

std::vector<std::string> ChooseDevices(const Options& options,
                                       std::size_t num_stages) {
  std::vector<std::string> devices = options.devices;
  const std::vector<int> cores = AvailableCores();
  for (std::size_t i = 0; options.devices.empty() && i < num_stages; ++i) {
    devices.push_back(fmt::format("cpu:{}", cores[i % cores.size()]));
  }
  if (devices.size() == num_stages) return devices;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} stages and {} devices; give one device per stage "
                          "with --devices, or --stages {}",
                          num_stages, devices.size(), devices.size()));
}

// Those that the plan was made for: accelerators are emulated, CPU stages get a
// core each.
std::vector<std::unique_ptr<Device>> PlannedDevices(const PlanDocument& plan,
                                                    const Options& options) {
  std::vector<std::unique_ptr<Device>> devices;
  const std::vector<int> cores = AvailableCores();
  std::size_t core = 0;
  for (const PlannedStage& stage : plan.plan.stages) {
    const ClassDocument& device = plan.classes[stage.device_class];
    if (device.spec.empty()) {
      devices.push_back(
          MakeDevice(fmt::format("cpu:{}", cores[core++ % cores.size()]),
                     options.kernels));
      continue;
    }
    devices.push_back(std::make_unique<EmulatedDevice>(
        ParseDeviceSpec(device.spec, device.device.name),
        static_cast<int>(devices.size()),
        options.compute ? std::optional(options.kernels) : std::nullopt));
  }
  return devices;
}

void RefuseReplicas(const Plan& plan) {
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (plan.stages[i].replicas == 1) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("stage {} has {} replicas; the runtime runs one "
                            "device per stage; plan with --max-replicas 1",
                            i, plan.stages[i].replicas));
  }
}

std::unique_ptr<Pipeline> Load(const Model& model,
                               const std::vector<Segment>& segments,
                               const std::optional<PlanDocument>& plan,
                               const Options& options) {
  const auto devices =
      plan && options.devices.empty()
          ? PlannedDevices(*plan, options)
          : MakeDevices(ChooseDevices(options, segments.size()),
                        options.kernels, options.compute);
  const auto models = SplitModel(model, segments);
  std::vector<std::unique_ptr<Executable>> stages;
  for (std::size_t i = 0; i < models.size(); ++i) {
    stages.push_back(devices[i]->Load(models[i]));
  }
  return std::make_unique<Pipeline>(std::move(stages),
                                    InterfaceOf(model.graph));
}

RunStats Measure(const Model& model, Pipeline& pipeline,
                 const Options& options) {
  std::mt19937_64 random(options.seed);
  std::vector<std::vector<TensorData>> inputs;
  const auto specs = InterfaceOf(model.graph).inputs;
  for (int i = 0; i < 4; ++i) inputs.push_back(RandomData(specs, random));
  RunOptions run{.requests = options.requests,
                 .in_flight = options.in_flight,
                 .stop = &Interrupted()};
  if (options.seconds || !options.requests) {
    run.duration =
        std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(
            options.seconds.value_or(kDefaultSeconds)));
  }
  return RunRequests(pipeline, inputs, run);
}

Json HistogramJson(const Histogram& histogram) {
  return {{"min", histogram.min().count()},
          {"mean", histogram.mean().count()},
          {"median", histogram.Percentile(50).count()},
          {"p90", histogram.Percentile(90).count()},
          {"p95", histogram.Percentile(95).count()},
          {"p99", histogram.Percentile(99).count()},
          {"max", histogram.max().count()}};
}

bool IsEmulated(const RunStats& stats) {
  return std::any_of(stats.stages.begin(), stats.stages.end(),
                     [](const auto& stage) { return !!stage.emulation; });
}

// Whether a stage computes on the CPU.
bool UsesCpu(const RunStats& stats) {
  return std::any_of(stats.stages.begin(), stats.stages.end(),
                     [](const StageStats& stage) {
                       return !stage.emulation || stage.emulation->computes;
                     });
}

Json EmulationJson(const EmulationStats& emulation) {
  return {{"simulated_ns", emulation.simulated.count()},
          {"overshoot_ns", HistogramJson(emulation.overshoot)},
          {"computes", emulation.computes},
          {"compute_longer", emulation.compute_longer}};
}

void PrintJson(const Model& model, const std::vector<Segment>& segments,
               const RunStats& stats) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < stats.stages.size(); ++i) {
    const StageStats& stage = stats.stages[i];
    stages.push_back(
        {{"device", stage.description},
         {"origin", stage.emulation ? "emulated" : "measured"},
         {"ops", segments[i].ops},
         {"count", stage.busy.count()},
         {"latency_ns", HistogramJson(stage.busy)},
         {"busy_ns", stage.busy.sum().count()},
         {"waiting_for_input_ns", stage.waiting_for_input.count()},
         {"waiting_for_output_ns", stage.waiting_for_output.count()}});
    if (stage.emulation) {
      stages.back()["emulation"] = EmulationJson(*stage.emulation);
    }
  }
  const Json tflite = UsesCpu(stats) ? Json(TfLiteVersion()) : Json();
  const Json json = {{"model", model.name},
                     {"origin", IsEmulated(stats) ? "emulated" : "measured"},
                     {"tflite", tflite},
                     {"requests", stats.requests},
                     {"duration_ns", stats.wall.count()},
                     {"throughput_rps", stats.throughput_rps},
                     {"latency_ns", HistogramJson(stats.latency)},
                     {"interrupted", stats.stopped},
                     {"stages", stages}};
  fmt::print("{}\n", json.dump(2));
}

std::string FormatPercentiles(const Histogram& histogram) {
  return fmt::format("median {}, p90 {}, p95 {}, p99 {}, max {}",
                     FormatDuration(histogram.Percentile(50)),
                     FormatDuration(histogram.Percentile(90)),
                     FormatDuration(histogram.Percentile(95)),
                     FormatDuration(histogram.Percentile(99)),
                     FormatDuration(histogram.max()));
}

// How well each emulated device kept to its simulated time.
void PrintEmulation(const RunStats& stats) {
  if (!IsEmulated(stats)) return;
  Table table({"stage>", "simulated>", "late, median>", "p90>", "max>",
               "waited for the CPU>"});
  for (std::size_t i = 0; i < stats.stages.size(); ++i) {
    const auto& emulation = stats.stages[i].emulation;
    if (!emulation) continue;
    table.AddRow({std::to_string(i), FormatDuration(emulation->simulated),
                  FormatDuration(emulation->overshoot.Percentile(50)),
                  FormatDuration(emulation->overshoot.Percentile(90)),
                  FormatDuration(emulation->overshoot.max()),
                  std::to_string(emulation->compute_longer)});
  }
  fmt::print(
      "\nEmulation: device times are simulated, the pipeline is real.\n{}",
      table.Format());
}

void PrintText(const Model& model, const std::vector<Segment>& segments,
               const RunStats& stats) {
  fmt::print("{}: {} stage{}, {} requests in {}, {}{}\n", model.name,
             segments.size(), segments.size() == 1 ? "" : "s", stats.requests,
             FormatDuration(stats.wall),
             IsEmulated(stats) ? "emulated in wall-clock time" : "measured",
             stats.stopped ? " (interrupted)" : "");
  fmt::print("throughput  {:.1f} requests/s\n", stats.throughput_rps);
  fmt::print("latency     {}\n\n", FormatPercentiles(stats.latency));
  Table table({"stage>", "device", "ops", "median>", "p99>", "busy>",
               "no input>", "no room>"});
  for (std::size_t i = 0; i < stats.stages.size(); ++i) {
    const StageStats& stage = stats.stages[i];
    table.AddRow({std::to_string(i), stage.description,
                  FormatSegment(segments[i]),
                  FormatDuration(stage.busy.Percentile(50)),
                  FormatDuration(stage.busy.Percentile(99)),
                  FormatShare(stage.busy.sum(), stats.wall),
                  FormatShare(stage.waiting_for_input, stats.wall),
                  FormatShare(stage.waiting_for_output, stats.wall)});
  }
  fmt::print("{}", table.Format());
  PrintEmulation(stats);
}

int Run(const Options& options) {
  Interrupted();
  const Model model = ReadTflite(options.model);
  std::optional<PlanDocument> plan;
  if (!options.cuts.plan.empty()) {
    plan = ReadPlanDocument(options.cuts.plan, model);
    RefuseReplicas(plan->plan);
  }
  const auto segments =
      plan ? plan->plan.segments() : EqualSegments(model, options);
  const auto pipeline = Load(model, segments, plan, options);
  const RunStats stats = Measure(model, *pipeline, options);
  options.json ? PrintJson(model, segments, stats)
               : PrintText(model, segments, stats);
  return stats.stopped ? kInterrupted : 0;
}

}  // namespace

Action ConfigureRun(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "A quantized .tflite file")
      ->required();
  AddCutOptions(app, options->cuts);
  app.add_option("--devices", options->devices,
                 "One per stage: cpu, cpu:0 (one core), cpu:0-1 (two threads), "
                 "or emulated:SPEC:N; those of --plan otherwise, its "
                 "accelerators emulated")
      ->delimiter(',');
  app.add_option("--requests", options->requests, "End after so many")
      ->check(CLI::PositiveNumber);
  app.add_option("--duration", options->seconds,
                 "End after so many seconds (3, unless --requests is given)")
      ->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options->in_flight,
                 "Requests inside at a time (four times the stages)")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", options->seed, "Of the random inputs")
      ->capture_default_str();
  app.add_flag("--compute", options->compute,
               "Let the CPU compute the outputs of emulated devices; an "
               "inference takes the longer of both");
  AddKernelsOption(app, options->kernels);
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    options->devices = ExpandDevices(options->devices);
    return Run(*options);
  };
}

}  // namespace coralline::cli
