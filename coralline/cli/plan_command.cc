#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/plan_page.h"
#include "coralline/cli/plan_report.h"
#include "coralline/cli/planned.h"
#include "coralline/cli/progress.h"
#include "coralline/cli/range_text.h"
#include "coralline/cli/splits.h"
#include "coralline/cli/splits_text.h"
#include "coralline/cli/terminal.h"
#include "coralline/planning/host_ops.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Without hardware, --device SPEC takes its costs from the simulator. With\n"
    "edgetpu:N, emulated:SPEC or cpu:N the segments are measured, only those "
    "that\nthe plan needs; what was measured is kept for the next run. The "
    "number of\ndevices is a limit: a plan that is faster on three than on "
    "four uses three. With\nedgetpu:0 --count 4 it is measured on one, and "
    "planned for four.\n\n"
    "Examples:\n"
    "  coralline plan model.tflite --device edgetpu-pcie --count 4 -o p.json\n"
    "  coralline plan model.tflite --objective devices --target-fps 200\n"
    "  coralline plan model.tflite --device edgetpu-pcie=2 --device "
    "edgetpu-usb3-desktop=2\n"
    "  coralline plan model.tflite --count 4 --strategy compiler\n"
    "  coralline plan model.tflite --count 8 --front";

// Where fewer devices are as good as all of them, but for a percent.
void PrintIfFewerDo(const ModelProblem& problem, const Plan& plan) {
  const auto fewer = FindPlan(problem.problem(),
                              {.objective = Objective::kDevices,
                               .target_period = plan.period + plan.period / 100,
                               .all_orders = false});
  if (!fewer || fewer->num_devices() >= plan.num_devices()) return;
  Print(fmt::format(
      "note: {} of the devices do the same within 1 %, a result every "
      "{}: --count {}\n",
      NumDevices(*fewer, problem), FormatMs(fewer->period),
      NumDevices(*fewer, problem)));
}

// An emulated device is late where the machine is busy with something else.
void PrintIfLate(const ModelProblem& problem, const MeasuredPlan& measured) {
  double worst = 1;
  for (const MeasuredSegment& segment : measured.segments) {
    if (segment.profile.origin != Origin::kEmulated) continue;
    const auto simulated = problem.problem().costs->Of(
        segment.profile.segment.ops, segment.device_class);
    worst = std::max(worst, static_cast<double>(segment.cost.busy.count()) /
                                static_cast<double>(simulated->busy.count()));
  }
  constexpr double kNoticeable = 1.2;
  if (worst < kNoticeable) return;
  Print(fmt::format(
      "warning: emulated segments took up to {:.1f} times as long as "
      "they should: the machine is busy,\nand the plan is one for "
      "devices as slow as that; --no-cache measures again\n",
      worst));
}

void PrintSplits(const SplitPlan& chosen, const Plan& plan) {
  if (chosen.splits.empty()) return;
  Print(fmt::format("{}\n", SplitsText(chosen.splits)));
  if (chosen.unsplit) {
    Print(fmt::format("with whole layers a result every {}, {} as long\n",
                      FormatMs(chosen.unsplit->period),
                      FormatRatio(chosen.unsplit->period, plan.period)));
  }
}

// Of what is simulated and estimated; measurements have intervals.
bool HasRange(const Planned& planned) {
  return !planned.measured && !planned.profile;
}

void PrintText(const Planned& planned, const ModelProblem& problem,
               const SplitPlan& chosen, const PlanCommandOptions& options,
               Objective objective) {
  const Plan& plan = planned.plan;
  const ExplainedPlan explained = ExplainPlan(problem, plan);
  Print(fmt::format("{}: {} stage{} on {} device{}, {} host, {}\n",
                    problem.model().name, plan.stages.size(),
                    plan.stages.size() == 1 ? "" : "s", explained.num_devices,
                    explained.num_devices == 1 ? "" : "s", options.host,
                    planned.origin));
  Print(fmt::format("a result every {} ({:.1f} per second), latency {}\n",
                    FormatMs(plan.period),
                    1e9 / static_cast<double>(plan.period.count()),
                    FormatMs(plan.latency)));
  PrintSplits(chosen, plan);
  const bool has_range = HasRange(planned);
  if (!has_range) fmt::print("\n");
  if (has_range) {
    const TimeRange range = explained.PeriodRange();
    Print(fmt::format("range: {}; of the stage that may be slowest:\n{}\n",
                      RangeText(range), DoubtLines(range)));
  }
  const Terminal terminal = StdoutTerminal();
  fmt::print("{}\n{}", StageTable(explained, problem, terminal),
             TimeTable(explained, has_range, terminal));
  Print(fmt::format("\ncertificate: {}\n", ClaimText(plan, objective)));
  if (plan.certificate) {
    Print(fmt::format("by {}\n", plan.certificate->method));
  }
  if (const int parts = NumParts(problem.problem().precedence); parts > 1) {
    Print(fmt::format(
        "note: the model is {} parts that no tensor joins; one pipeline "
        "runs them all\n",
        parts));
  }
  if (plan.certificate && problem.options().cpu_fallback) {
    Print(
        "note: what a device leaves to the CPU its host runs within the same "
        "stage, as estimated\n");
  }
  const bool is_simulated =
      plan.certificate && !planned.measured && !planned.profile;
  if (is_simulated && objective == Objective::kThroughput) {
    PrintIfFewerDo(problem, plan);
  }
  if (planned.measured) {
    const MeasuredPlan& measured = *planned.measured;
    const std::string libcoral =
        planned.num_libcoral > 0
            ? fmt::format(", libcoral's bisection takes {}",
                          planned.num_libcoral)
            : std::string();
    Print(
        fmt::format("timed {} segments ({} of them earlier) in {} rounds; all "
                    "consecutive ones are {}{}\n",
                    measured.lazy.measured, measured.num_cached,
                    measured.lazy.rounds, measured.num_exhaustive, libcoral));
    PrintIfLate(problem, measured);
  }
}

Json StagesJson(const ExplainedPlan& explained, const ModelProblem& problem) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    const Placement& placement = explained.parts[i].placement;
    stages.push_back(
        {{"ops", stage.segment.ops},
         {"device", problem.problem().classes[stage.device_class].name},
         {"replicas", stage.replicas},
         {"busy_ns", stage.cost.busy.count()},
         {"period_ns", stage.period().count()},
         {"on_chip_bytes", placement.cached_bytes},
         {"off_chip_bytes", placement.streamed_bytes}});
  }
  return stages;
}

Json CertificateJson(const Plan& plan, Objective objective) {
  if (!plan.certificate) return nullptr;
  const Certificate& certificate = *plan.certificate;
  const bool is_time = objective != Objective::kDevices;
  return {{"claim", ClaimText(plan, objective)},
          {is_time ? "bound_ns" : "bound_devices", certificate.bound},
          {"method", certificate.method},
          {"boundaries", certificate.boundaries},
          {"segments", certificate.segments},
          {"orders", certificate.orders}};
}

void PrintJson(const Planned& planned, const ModelProblem& problem,
               const SplitPlan& chosen, const PlanCommandOptions& options,
               Objective objective) {
  const Plan& plan = planned.plan;
  const ExplainedPlan explained = ExplainPlan(problem, plan);
  Json json = {
      {"model", problem.model().name},
      {"origin", planned.origin},
      {"host", options.host},
      {"objective", options.objective},
      {"strategy", options.strategy},
      {"period_ns", plan.period.count()},
      {"throughput_rps", 1e9 / static_cast<double>(plan.period.count())},
      {"latency_ns", plan.latency.count()},
      {"devices", explained.num_devices},
      {"stages", StagesJson(explained, problem)},
      {"certificate", CertificateJson(plan, objective)}};
  if (HasRange(planned)) {
    json.update(Json::parse(RangeJson(explained.PeriodRange())));
  }
  if (!chosen.splits.empty()) {
    json["split_layers"] = SplitsJson<Json>(chosen.splits);
    if (chosen.unsplit) {
      json["whole_layers_period_ns"] = chosen.unsplit->period.count();
    }
  }
  if (planned.measured) {
    json["measured_segments"] = planned.measured->lazy.measured;
    json["cached_segments"] = planned.measured->num_cached;
    json["exhaustive_segments"] = planned.measured->num_exhaustive;
    json["libcoral_segments"] = planned.num_libcoral;
    json["optimism"] = planned.measured->lazy.optimism;
  }
  fmt::print("{}\n", json.dump(2));
}

void PrintFront(const ModelProblem& problem,
                const PlanCommandOptions& options) {
  const auto front = ParetoFront(problem.problem(), 0);
  if (front.empty()) problem.FailWithoutPlan();
  if (options.report.wanted()) {
    WriteReport(options.report, FrontPage(problem, front, options));
  }
  if (!options.json) {
    fmt::print("{}", FrontTable(front, problem, StdoutTerminal()));
    return;
  }
  Json plans = Json::array();
  for (const Plan& plan : front) {
    plans.push_back(
        {{"period_ns", plan.period.count()},
         {"latency_ns", plan.latency.count()},
         {"devices", NumDevices(plan, problem)},
         {"stages", StagesJson(ExplainPlan(problem, plan), problem)}});
  }
  fmt::print("{}\n", Json{{"model", problem.model().name},
                          {"origin", "simulated"},
                          {"front", plans}}
                         .dump(2));
}

int Run(const PlanCommandOptions& options) {
  Interrupted();
  CheckFolders(options.report);
  const auto named = NamedDevicesOf(options);
  std::vector<DeviceGroup> groups;
  for (const NamedDevices& devices : named) groups.push_back(devices.group);
  PlanOptions plan_options = PlanOptionsOf(options);
  const Model model = ReadTflite(options.model);
  ProblemOptions problem_options = ProblemOptionsOf(options);
  problem_options.cpu_fallback =
      options.strategy != "optimal" ||
      (options.profile.empty() && !options.front && !options.measure_cpu &&
       !IsMeasured(named) &&
       IsFasterWithFallback(model, groups, problem_options, plan_options));
  // The search asks now and then whether to stop: a sign of life.
  std::optional<Progress> progress(std::in_place, "searching, step", 0);
  plan_options.should_stop = [stop = plan_options.should_stop, &progress,
                              steps = std::int64_t{0}]() mutable {
    progress->Update(++steps);
    return stop();
  };
  const SplitPlan chosen =
      ChooseSplits(model, named, problem_options, plan_options, options);
  const ModelProblem problem(chosen.model, groups, problem_options);
  if (options.front) {
    progress.reset();
    PrintFront(problem, options);
    return 0;
  }
  const Planned planned =
      MakePlanned(problem, named, plan_options, options, chosen.plan);
  progress.reset();
  if (!options.output.empty()) {
    WritePlanDocument(options.output,
                      DocumentOf(planned, problem, model, chosen.splits,
                                 plan_options, options),
                      chosen.model.graph);
  }
  options.json
      ? PrintJson(planned, problem, chosen, options, plan_options.objective)
      : PrintText(planned, problem, chosen, options, plan_options.objective);
  if (options.report.wanted()) {
    WriteReport(options.report, PlanPage({model, problem, planned, chosen,
                                          named, plan_options, options}));
  }
  return Interrupted() ? kInterrupted : 0;
}

}  // namespace

Action ConfigurePlan(CLI::App& app) {
  const auto options = std::make_shared<PlanCommandOptions>();
  AddPlanningOptions(app, *options);
  app.add_option("--strategy", options->strategy,
                 "optimal; or another method's cut into --count segments: "
                 "compiler, equal-layers, balanced, libcoral, exhaustive")
      ->capture_default_str();
  app.add_option("--profile", options->profile,
                 "Take the costs from this file, made by 'profile'");
  auto* front = app.add_flag(
      "--front", options->front,
      "Instead: every plan for the model's own order of ops that no other "
      "beats in throughput, latency and devices");
  app.add_flag("--measure-cpu", options->measure_cpu,
               "Measure what the CPU's stages take on this machine, also "
               "beside simulated devices (otherwise estimated)")
      ->excludes(front);
  app.add_option("--optimism", options->optimism,
                 "Simulated costs times this are lower bounds of measured ones "
                 "(1 for emulated devices, 0.5 for Edge TPUs, 0.25 for a "
                 "CPU)")
      ->check(CLI::Range(0.01, 1.0));
  app.add_option("--gap", options->gap,
                 "Stop measuring within this share of the optimum")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--libcoral-threshold-ns", options->libcoral_threshold_ns,
                 "Where libcoral's bisection ends")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--libcoral-step", options->libcoral_step,
                 "By how many ops libcoral shortens a segment")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddMeasuringOptions(app, options->measuring);
  AddEdgeTpuOptions(app, options->edgetpu);
  app.add_option("-o,--output", options->output, "Write the plan file")
      ->excludes(front);
  AddReportOptions(app, options->report);
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
