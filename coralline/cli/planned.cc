#include "coralline/cli/planned.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/plan_report.h"
#include "coralline/cli/progress.h"
#include "coralline/device/edgetpu_device.h"
#include "coralline/plan/baselines.h"

namespace coralline::cli {
namespace {

template <typename Profiles, typename OriginOf>
std::string OriginsOf(const Profiles& profiles, const OriginOf& origin_of) {
  std::set<std::string> origins;
  for (const auto& profile : profiles) {
    origins.emplace(OriginText(origin_of(profile)));
  }
  return fmt::format("{}", fmt::join(origins, " and "));
}

// Of a segment's cost, where costs are simulated, estimated or measured.
Origin OriginOf(const Planned& planned, const ModelProblem& problem,
                const Segment& segment, int device_class) {
  if (planned.measured) {
    for (const MeasuredSegment& measured : planned.measured->segments) {
      if (measured.device_class == device_class &&
          measured.profile.segment == segment) {
        return measured.profile.origin;
      }
    }
  }
  return problem.is_cpu(device_class) ? Origin::kEstimated : Origin::kSimulated;
}

std::string OriginsOfStages(const Planned& planned,
                            const ModelProblem& problem) {
  return OriginsOf(planned.plan.stages, [&](const PlannedStage& stage) {
    return OriginOf(planned, problem, stage.segment, stage.device_class);
  });
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

// A true bound for an emulated device, which is never early; guesses for a real
// one, on a host that the spec may not be of, and for a CPU, whose costs are
// estimated.
double OptimismOf(const PlanCommandOptions& options,
                  const ModelProblem& problem) {
  constexpr double kCpuGuess = 0.25;
  constexpr double kEdgeTpuGuess = 0.5;
  if (options.optimism > 0) return options.optimism;
  double optimism = 1;
  for (std::size_t c = 0; c < problem.problem().classes.size(); ++c) {
    if (problem.is_cpu(static_cast<int>(c))) return kCpuGuess;
    if (IsEdgeTpuName(problem.problem().classes[c].name)) {
      optimism = kEdgeTpuGuess;
    }
  }
  return optimism;
}

Planned Measured(const ModelProblem& problem,
                 const std::vector<NamedDevices>& named,
                 const PlanOptions& plan_options,
                 const PlanCommandOptions& options) {
  const auto devices = DevicesOf(named, problem, options.edgetpu);
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
  // Each round plans again, so none may take minutes.
  constexpr std::int64_t kMaxBoundaries = 200'000;
  measured.lazy.plan.max_boundaries = kMaxBoundaries;
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
    if (planned.measured->lazy.refused > 0) {
      throw Error(
          ErrorKind::kModel,
          fmt::format("{}: no plan: the devices refused {} of the {} "
                      "segments that plans asked for, the last with '{}', and "
                      "no cut goes around them; add a CPU core with --device "
                      "cpu=1",
                      problem.model().name, planned.measured->lazy.refused,
                      planned.measured->lazy.measured,
                      planned.measured->refusal->what()));
    }
    problem.FailWithoutPlan();
  }
  planned.plan = *plan;
  planned.origin = OriginsOfStages(planned, problem);
  const std::string measured_how =
      OriginsOf(planned.measured->segments,
                [](const auto& segment) { return segment.profile.origin; });
  planned.plan.certificate->method += fmt::format(
      "; costs of {} segments {}, of the others taken as {:.2f} of the "
      "simulator's or more{}",
      planned.measured->lazy.measured, measured_how,
      planned.measured->lazy.optimism,
      planned.measured->lazy.optimism < measured.lazy.optimism
          ? ", the least ratio that was seen"
          : "");
  return planned;
}

Planned FromProfile(const ModelProblem& problem, const PlanOptions& options,
                    const std::string& path) {
  Profile profile = ReadProfile(path);
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
  Planned planned{.plan = std::move(*plan)};
  planned.origin = OriginsOf(
      profile.segments, [](const auto& segment) { return segment.origin; });
  planned.profile = std::move(profile);
  return planned;
}

Planned ByStrategy(const ModelProblem& problem, Strategy strategy,
                   const PlanCommandOptions& options) {
  int count = 0;
  for (const DeviceClass& device : problem.problem().classes) {
    count += device.count;
  }
  const LibcoralOptions libcoral{
      .diff_threshold = std::chrono::nanoseconds(options.libcoral_threshold_ns),
      .partition_search_step = options.libcoral_step};
  const auto segments = SegmentsBy(strategy, problem.problem(),
                                   problem.model().graph, count, libcoral);
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

// The device specs of the classes, as JSON, by the classes' names.
std::map<std::string, std::string> SpecTexts(
    const PlanCommandOptions& options) {
  std::map<std::string, std::string> texts;
  for (const NamedDevices& devices : NamedDevicesOf(options)) {
    if (!devices.group.spec) continue;
    texts[devices.group.name] = ReadDeviceSpecText(devices.spec);
  }
  return texts;
}

// What was measured, or read from the profile.
void AddKnownCosts(const Planned& planned, const ModelProblem& problem,
                   PlanDocument& document) {
  const auto origin_of = [&](const Segment& segment, int device_class) {
    return OriginOf(planned, problem, segment, device_class);
  };
  document.optimism = planned.measured->lazy.optimism;
  for (const LearntCost& learnt : planned.measured->lazy.learnt) {
    document.known.push_back({learnt.segment, learnt.device_class, learnt.cost,
                              origin_of(learnt.segment, learnt.device_class)});
  }
  for (std::size_t i = 0; i < document.origins.size(); ++i) {
    const PlannedStage& stage = document.plan.stages[i];
    document.origins[i] = origin_of(stage.segment, stage.device_class);
  }
}

void AddProfile(const Profile& profile, const ModelProblem& problem,
                PlanDocument& document) {
  ProfileCosts costs(profile, *problem.problem().costs, problem.host());
  document.only_known = true;
  for (const SegmentProfile& segment : profile.segments) {
    document.known.push_back(
        {segment.segment, 0, costs.Of(segment.segment.ops, 0), segment.origin});
  }
  for (std::size_t i = 0; i < document.origins.size(); ++i) {
    const PlannedStage& stage = document.plan.stages[i];
    // Those on the CPU beside it are not the profile's.
    if (stage.device_class != 0) continue;
    document.origins[i] = profile.Find(stage.segment.ops)->origin;
  }
}

}  // namespace

Planned MakePlanned(const ModelProblem& problem,
                    const std::vector<NamedDevices>& named,
                    const PlanOptions& plan_options,
                    const PlanCommandOptions& options,
                    const std::optional<Plan>& found) {
  const Strategy strategy = ParseStrategy(options.strategy);
  if (strategy != Strategy::kOptimal) {
    return ByStrategy(problem, strategy, options);
  }
  if (!options.profile.empty()) {
    if (named.size() > 1) {
      throw Error(ErrorKind::kUsage,
                  "--profile: a profile is of one device; give one --device");
    }
    return FromProfile(problem, plan_options, options.profile);
  }
  if (!IsMeasured(named) && !options.measure_cpu) {
    Planned planned{.plan = found ? *found : Optimal(problem, plan_options)};
    planned.origin = OriginsOfStages(planned, problem);
    return planned;
  }
  Planned planned = Measured(problem, named, plan_options, options);
  planned.num_libcoral = LibcoralSegmentCount(
      problem, static_cast<int>(planned.plan.stages.size()));
  return planned;
}

PlanDocument DocumentOf(const Planned& planned, const ModelProblem& problem,
                        const Model& model,
                        const std::vector<LayerSplit>& splits,
                        const PlanOptions& plan_options,
                        const PlanCommandOptions& options) {
  PlanDocument document = coralline::DocumentOf(
      problem, plan_options, planned.plan, SpecTexts(options));
  document.model_file = options.model;
  document.model_hash = StructureHash(model.graph);
  document.splits = splits;
  document.strategy = ParseStrategy(options.strategy);
  if (planned.measured) AddKnownCosts(planned, problem, document);
  if (planned.profile) AddProfile(*planned.profile, problem, document);
  return document;
}

}  // namespace coralline::cli
