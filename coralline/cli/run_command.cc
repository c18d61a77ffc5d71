#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <future>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/report_options.h"
#include "coralline/cli/run_live.h"
#include "coralline/cli/run_options.h"
#include "coralline/cli/run_page.h"
#include "coralline/cli/run_report.h"
#include "coralline/device/host.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Loads a segment on each device, sends random inputs through the pipeline\n"
    "and measures in wall-clock time. Without cuts or a plan it plans by "
    "itself.\nCtrl-C drains and still reports. When a device is lost, what "
    "was inside runs\nagain on a new plan for the others; exit status 4 when "
    "none is left.\n"
    "emulated:SPEC:N is N accelerators that are not there: each inference "
    "takes\n"
    "the time that 'simulate' predicts for a loaded device, the first one "
    "loads.\n"
    "Outputs are zeros, or the CPU's with --compute. docs/running.md explains\n"
    "what is printed.\n\n"
    "Examples:\n"
    "  coralline run model.tflite --stages 2 --devices cpu:0,cpu:1\n"
    "  coralline run model.tflite --devices emulated:edgetpu-pcie:4\n"
    "  coralline run model.tflite --plan p.json --duration 10 --trace t.json\n"
    "  coralline run model.tflite --devices emulated:edgetpu-pcie:3 --compute "
    "\\\n    --fault device=1,at=50,kind=lost --requests 1000 --json";

void WriteText(const std::string& path, const std::string& text) {
  WriteFile(path, std::as_bytes(std::span(text)));
}

std::vector<std::vector<TensorData>> RandomInputs(const Pipeline& pipeline,
                                                  std::uint64_t seed) {
  constexpr int kSets = 4;
  std::mt19937_64 random(seed);
  std::vector<std::vector<TensorData>> sets;
  for (int i = 0; i < kSets; ++i) {
    sets.push_back(RandomData(pipeline.interface().inputs, random));
  }
  return sets;
}

// On a thread of its own, whose priority goes with it.
void WarnWithoutRealtime() {
  if (std::async(std::launch::async, UseRealtimePriority).get()) return;
  fmt::print(stderr,
             "coralline: warning: --realtime: the system does not permit it "
             "(CAP_SYS_NICE, or a limit in limits.conf, does); running "
             "without\n");
}

// Before it runs, to plan.
bool MayMeasure(const RunnerOptions& options) {
  return !options.segments && !options.plan && UsesCpu(options);
}

std::map<int, std::string> Descriptions(const Pipeline& pipeline) {
  std::map<int, std::string> descriptions;
  const PipelineStats stats = pipeline.Stats();
  for (const StageStats& stage : stats.stages) {
    for (const ReplicaStats& replica : stage.replicas) {
      descriptions[replica.device] = replica.description;
    }
  }
  return descriptions;
}

// Edge TPUs are compared with the builtin kernels, which XNNPACK is not equal
// to.
OutputCheck CheckAgainst(const RunCommandOptions& options,
                         const RunnerOptions& runner, const Pipeline& pipeline,
                         const std::vector<std::vector<TensorData>>& inputs) {
  const bool is_edgetpu = runner.edgetpu.compiler != nullptr;
  const CpuKernels kernels = is_edgetpu && options.kernels == CpuKernels::kAuto
                                 ? CpuKernels::kBuiltin
                                 : options.kernels;
  return {ReadTflite(options.reference), pipeline.interface().inputs,
          pipeline.interface().outputs, inputs, kernels};
}

RunReport Measure(const Model& model, const RunCommandOptions& options) {
  EventQueue events;
  RunnerOptions runner_options = RunnerOptionsOf(options, model);
  const auto cache =
      MayMeasure(runner_options) ? OpenCache(options.measuring) : nullptr;
  runner_options.cache = cache.get();
  runner_options.pipeline.on_event = [&events](const PipelineEvent& event) {
    events.Push(event);
  };
  if (cache && IsTerminal()) {
    fmt::print(stderr, "measuring on the CPU cores, to plan\n");
  }
  if (runner_options.edgetpu.compiler && IsTerminal()) {
    fmt::print(stderr, "loading segments; those not compiled before are now\n");
  }
  const Runner runner = OpenRunner(model, runner_options);
  Pipeline& pipeline = *runner.pipeline;
  RunReport report{.model = model.name,
                   .plan = runner.plan,
                   .plan_origin = runner.origin,
                   .class_names = runner.class_names,
                   .specs = runner.specs,
                   .splits = runner.splits,
                   .is_emulated = runner.is_emulated,
                   .devices = Descriptions(pipeline),
                   .warmup = options.warmup};
  if (UsesCpu(runner_options)) report.tflite = TfLiteVersion();
  {
    const RunLive live(events, pipeline,
                       options.live.value_or(IsTerminal() && !options.json));
    const auto inputs = RandomInputs(pipeline, options.seed);
    RunOptions run = RunOptionsOf(options);
    if (!options.reference.empty()) {
      report.check = CheckAgainst(options, runner_options, pipeline, inputs);
      run.on_done = [&check = *report.check](const ResultView& result,
                                             std::size_t set) {
        check.Add(set, result.outputs);
      };
    }
    report.stats = RunRequests(pipeline, inputs, run);
  }
  report.trace = pipeline.Trace();
  return report;
}

void WriteReport(const RunReport& report, const RunCommandOptions& options) {
  fmt::print(
      "{}", options.json ? RunJson(report) : RunText(report, StdoutTerminal()));
  if (!options.csv.empty()) WriteText(options.csv, RunCsv(report));
  if (options.trace.empty()) return;
  WriteText(options.trace, RunTraceJson(report));
  if (!IsTraceCut(report)) return;
  fmt::print(stderr, "coralline: {}: holds the first {} inferences only\n",
             options.trace, report.trace_capacity);
}

int Run(const RunCommandOptions& options) {
  Interrupted();
  CheckFolder(options.trace, "--trace");
  CheckFolder(options.csv, "--csv");
  CheckFolders(options.report);
  const Model model = ReadTflite(options.model, Compiled::kAllow);
  if (options.realtime) WarnWithoutRealtime();
  const RunReport report = Measure(model, options);
  WriteReport(report, options);
  if (options.report.wanted()) {
    WriteReport(options.report, RunPage(report, model));
  }
  if (report.stats.error) throw *report.stats.error;
  if (report.stats.stopped) return kInterrupted;
  const bool differs = report.check && report.check->different() > 0;
  return differs ? static_cast<int>(ErrorKind::kFailed) : 0;
}

}  // namespace

Action ConfigureRun(CLI::App& app) {
  const auto options = std::make_shared<RunCommandOptions>();
  AddRunOptions(app, *options);
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
