#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/measuring_options.h"
#include "coralline/cli/plan_report.h"
#include "coralline/cli/planning_options.h"
#include "coralline/cli/progress.h"
#include "coralline/plan/baselines.h"
#include "coralline/planning/measured_planning.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Without hardware, --device SPEC takes its costs from the simulator. With\n"
    "emulated:SPEC or cpu:N the segments are measured, only those that the "
    "plan\n"
    "needs; what was measured is kept for the next run. The number of devices "
    "is\na limit: a plan that is faster on three than on four uses three.\n\n"
    "Examples:\n"
    "  coralline plan model.tflite --device edgetpu-pcie --count 4 -o p.json\n"
    "  coralline plan model.tflite --objective devices --target-fps 200\n"
    "  coralline plan model.tflite --device edgetpu-pcie=2 --device "
    "edgetpu-usb3-desktop=2\n"
    "  coralline plan model.tflite --count 4 --strategy compiler\n"
    "  coralline plan model.tflite --count 8 --front";

struct Options : PlanningOptions {
  MeasuringOptions measuring;
  std::string strategy = "optimal";
  std::string profile;
  std::string output;
  double optimism = 0;  // 0: by the kind of device
  double gap = 0;
  std::int64_t libcoral_threshold_ns = 1'000'000;
  int libcoral_step = 1;
  bool front = false;
  bool json = false;
};

// What was planned, and what it took.
struct Planned {
  Plan plan;
  std::optional<MeasuredPlan> measured;
  std::int64_t num_libcoral = 0;  // segments that libcoral would have measured
  /// Of the costs: one origin, or several joined by "and".
  std::string origin = "simulated";
};

template <typename Profiles, typename OriginOf>
std::string OriginsOf(const Profiles& profiles, const OriginOf& origin_of) {
  std::set<std::string> origins;
  for (const auto& profile : profiles) {
    origins.emplace(OriginText(origin_of(profile)));
  }
  return fmt::format("{}", fmt::join(origins, " and "));
}

[[noreturn]] void FailOnTarget(const ModelProblem& problem,
                               const PlanOptions& options) {
  PlanOptions fastest = options;
  fastest.objective = Objective::kThroughput;
  const auto best = FindPlan(problem.problem(), fastest);
  if (!best) problem.FailWithoutPlan();
  throw Error(
      ErrorKind::kUsage,
      fmt::format("the target of {} between results is out of reach: the best "
                  "plan on these devices takes {}; allow more devices with "
                  "--count, or a slower target",
                  FormatMs(options.target_period), FormatMs(best->period)));
}

Plan Optimal(const ModelProblem& problem, const PlanOptions& options) {
  auto plan = FindPlan(problem.problem(), options);
  if (plan) return std::move(*plan);
  if (options.objective == Objective::kDevices) FailOnTarget(problem, options);
  problem.FailWithoutPlan();
}

// A true bound for an emulated device, which is never early; a guess for a CPU,
// whose costs are estimated.
double OptimismOf(const Options& options, const ModelProblem& problem) {
  constexpr double kGuess = 0.25;
  if (options.optimism > 0) return options.optimism;
  bool has_cpu = false;
  for (std::size_t c = 0; c < problem.problem().classes.size(); ++c) {
    has_cpu = has_cpu || problem.is_cpu(static_cast<int>(c));
  }
  return has_cpu ? kGuess : 1;
}

Planned Measured(const ModelProblem& problem,
                 const std::vector<NamedDevices>& named,
                 const PlanOptions& plan_options, const Options& options) {
  const auto devices = DevicesOf(named, problem);
  const auto cache = OpenCache(options.measuring);
  const std::int64_t ops = problem.problem().num_ops();
  Progress progress("measuring segment", ops * (ops + 1) / 2);
  MeasuredPlanningOptions measured{
      .lazy = {.plan = plan_options,
               .optimism = OptimismOf(options, problem),
               .gap = options.gap,
               .progress = [&progress](
                               std::int64_t done,
                               std::int64_t) { progress.Update(done); }},
      .profiler = ProfilerOptionsOf(options.measuring),
      .cache = cache.get()};
  // Measuring takes as long as it takes; Ctrl-C ends it.
  measured.lazy.plan.should_stop = [] { return Interrupted().load(); };
  Planned planned{.measured = PlanOnDevices(problem, devices, measured)};
  auto& plan = planned.measured->lazy.plan;
  if (!plan) {
    if (Interrupted()) {
      throw Error(ErrorKind::kFailed,
                  "interrupted before any plan was measured; what was measured "
                  "is in the cache");
    }
    if (plan_options.objective == Objective::kDevices) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("the target of {} between results is out of "
                              "reach on these devices",
                              FormatMs(plan_options.target_period)));
    }
    problem.FailWithoutPlan();
  }
  planned.plan = *plan;
  planned.origin =
      OriginsOf(planned.measured->segments,
                [](const auto& segment) { return segment.profile.origin; });
  planned.plan.certificate->method += fmt::format(
      "; costs of {} segments {}, of the others taken as {:.2f} of the "
      "simulator's or more{}",
      planned.measured->lazy.measured, planned.origin,
      planned.measured->lazy.optimism,
      planned.measured->lazy.optimism < measured.lazy.optimism
          ? ", the least ratio that was seen"
          : "");
  return planned;
}

Planned FromProfile(const ModelProblem& problem, const PlanOptions& options,
                    const std::string& path) {
  const Profile profile = ReadProfile(path);
  if (profile.model_hash != HashModel(problem.model())) {
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: measured on model '{}' with other content than "
                    "'{}'; profile it again",
                    path, profile.model, problem.model().name));
  }
  ProfileCosts costs(profile, *problem.problem().costs, problem.host());
  PlanProblem known = problem.problem();
  known.costs = &costs;
  known.floors = {};
  auto plan = FindPlan(known, options);
  if (!plan) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: no plan: its {} segments do not join to the "
                            "whole model{}; profile more of them with --all",
                            path, profile.segments.size(),
                            options.objective == Objective::kDevices
                                ? ", or not at the target"
                                : ""));
  }
  plan->certificate->method += fmt::format("; among the {} segments of {}",
                                           profile.segments.size(), path);
  return {.plan = std::move(*plan),
          .origin = OriginsOf(profile.segments, [](const auto& segment) {
            return segment.origin;
          })};
}

Planned ByStrategy(const Model& model, const ModelProblem& problem,
                   Strategy strategy, const Options& options) {
  int count = 0;
  for (const DeviceClass& device : problem.problem().classes) {
    count += device.count;
  }
  const LibcoralOptions libcoral{
      .diff_threshold = std::chrono::nanoseconds(options.libcoral_threshold_ns),
      .partition_search_step = options.libcoral_step};
  const auto segments =
      SegmentsBy(strategy, problem.problem(), model.graph, count, libcoral);
  auto plan = segments ? PlanOfSegments(problem.problem(), *segments)
                       : std::optional<Plan>();
  if (!plan) {
    throw Error(ErrorKind::kFailed,
                fmt::format("strategy '{}' finds no cut into {} segments that "
                            "run; use --strategy optimal",
                            StrategyName(strategy), count));
  }
  return {.plan = std::move(*plan)};
}

std::int64_t LibcoralSegmentCount(const ModelProblem& problem, int count) {
  try {
    return LibcoralSegments(problem.model().graph, *problem.problem().costs,
                            count)
        .segments_measured;
  } catch (const Error&) {
    return 0;  // it aborts on this model
  }
}

void PrintText(const Planned& planned, const ModelProblem& problem,
               const Options& options, Objective objective) {
  const Plan& plan = planned.plan;
  const ExplainedPlan explained = ExplainPlan(problem, plan);
  fmt::print("{}: {} stage{} on {} device{}, {} host, {}\n",
             problem.model().name, plan.stages.size(),
             plan.stages.size() == 1 ? "" : "s", explained.num_devices,
             explained.num_devices == 1 ? "" : "s", options.host,
             planned.origin);
  fmt::print("a result every {} ({:.1f} per second), latency {}\n\n",
             FormatMs(plan.period),
             1e9 / static_cast<double>(plan.period.count()),
             FormatMs(plan.latency));
  fmt::print("{}", StageTable(explained, problem));
  fmt::print("\ncertificate: {}\n", ClaimText(plan, objective));
  if (plan.certificate) {
    fmt::print("by {}\n", plan.certificate->method);
  }
  if (const int parts = NumParts(problem.problem().precedence); parts > 1) {
    fmt::print(
        "note: the model is {} parts that no tensor joins; one pipeline "
        "runs them all\n",
        parts);
  }
  if (planned.measured) {
    const MeasuredPlan& measured = *planned.measured;
    fmt::print(
        "timed {} segments ({} of them earlier) in {} rounds; all "
        "consecutive ones are {}",
        measured.lazy.measured, measured.num_cached, measured.lazy.rounds,
        measured.num_exhaustive);
    if (planned.num_libcoral > 0) {
      fmt::print(", libcoral's bisection takes {}", planned.num_libcoral);
    }
    fmt::print("\n");
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
               const Options& options, Objective objective) {
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
  if (planned.measured) {
    json["measured_segments"] = planned.measured->lazy.measured;
    json["cached_segments"] = planned.measured->num_cached;
    json["exhaustive_segments"] = planned.measured->num_exhaustive;
    json["libcoral_segments"] = planned.num_libcoral;
    json["optimism"] = planned.measured->lazy.optimism;
  }
  fmt::print("{}\n", json.dump(2));
}

void PrintFront(const ModelProblem& problem, const Options& options) {
  const auto front = ParetoFront(problem.problem(), 0);
  if (front.empty()) problem.FailWithoutPlan();
  if (!options.json) {
    fmt::print("{}", FrontTable(front, problem));
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

Planned MakePlanned(const Model& model, const ModelProblem& problem,
                    const std::vector<NamedDevices>& named,
                    const PlanOptions& plan_options, const Options& options) {
  const Strategy strategy = ParseStrategy(options.strategy);
  if (strategy != Strategy::kOptimal) {
    return ByStrategy(model, problem, strategy, options);
  }
  if (!options.profile.empty()) {
    return FromProfile(problem, plan_options, options.profile);
  }
  if (!IsMeasured(named)) return {.plan = Optimal(problem, plan_options)};
  Planned planned = Measured(problem, named, plan_options, options);
  planned.num_libcoral = LibcoralSegmentCount(
      problem, static_cast<int>(planned.plan.stages.size()));
  return planned;
}

int Run(const Options& options) {
  Interrupted();
  const auto named = NamedDevicesOf(options);
  std::vector<DeviceGroup> groups;
  for (const NamedDevices& devices : named) groups.push_back(devices.group);
  PlanOptions plan_options = PlanOptionsOf(options);
  const Model model = ReadTflite(options.model);
  ProblemOptions problem_options = ProblemOptionsOf(options);
  problem_options.cpu_fallback = options.strategy != "optimal";
  const ModelProblem problem(model, groups, problem_options);
  if (options.front) {
    PrintFront(problem, options);
    return 0;
  }
  // The search asks now and then whether to stop: a sign of life.
  std::optional<Progress> progress(std::in_place, "searching, step", 0);
  plan_options.should_stop = [stop = plan_options.should_stop, &progress,
                              steps = std::int64_t{0}]() mutable {
    progress->Update(++steps);
    return stop();
  };
  const Planned planned =
      MakePlanned(model, problem, named, plan_options, options);
  options.json ? PrintJson(planned, problem, options, plan_options.objective)
               : PrintText(planned, problem, options, plan_options.objective);
  return Interrupted() ? kInterrupted : 0;
}

}  // namespace

Action ConfigurePlan(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  AddPlanningOptions(app, *options);
  app.add_option("--strategy", options->strategy,
                 "optimal; or another method's cut into --count segments: "
                 "compiler, equal-layers, libcoral, exhaustive")
      ->capture_default_str();
  app.add_option("--profile", options->profile,
                 "Take the costs from this file, made by 'profile'");
  app.add_flag("--front", options->front,
               "Instead: every plan that no other beats in throughput, latency "
               "and devices");
  app.add_option("--optimism", options->optimism,
                 "Simulated costs times this are lower bounds of measured ones "
                 "(1 for emulated devices, 0.25 for a CPU)")
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
  app.add_option("-o,--output", options->output, "Write the plan file");
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
