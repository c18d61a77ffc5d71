#include "coralline/cli/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/profile/profiler.h"
#include "coralline/sim/cpu_cost.h"
#include "coralline/tflite/bias.h"

namespace coralline::cli {
namespace {

Segment Common(const Segment& a, const Segment& b) {
  Segment common;
  std::set_intersection(a.ops.begin(), a.ops.end(), b.ops.begin(), b.ops.end(),
                        std::back_inserter(common.ops));
  return common;
}

Segment Without(const Segment& a, const Segment& b) {
  Segment rest;
  std::set_difference(a.ops.begin(), a.ops.end(), b.ops.begin(), b.ops.end(),
                      std::back_inserter(rest.ops));
  return rest;
}

std::vector<SimulatedStage> ChosenStages(const Simulation& simulation) {
  std::vector<SimulatedStage> stages;
  const auto& plan = simulation.options.plan;
  if (!plan) {
    for (Segment& segment :
         ChooseSegments(simulation.model, simulation.options.cuts)) {
      stages.push_back({.segment = std::move(segment)});
    }
    return stages;
  }
  for (const PlannedStage& stage : plan->plan.stages) {
    const ClassDocument& device = plan->classes[stage.device_class];
    stages.push_back(
        {.segment = stage.segment,
         .is_cpu = device.spec.empty(),
         .replicas = stage.replicas,
         .link = device.device.shares_link ? stage.device_class : -1});
  }
  return stages;
}

// Each chosen segment, taken apart into what comes before, on and after the
// accelerator; a plan's segment on the CPU as it is.
std::vector<SimulatedStage> StagesOfModel(const Simulation& simulation) {
  const Graph& graph = simulation.model.graph;
  const MappedParts parts = PartsOf(graph, simulation.mappings);
  const auto chosen = ChosenStages(simulation);
  std::vector<Segment> segments;
  for (const auto& stage : chosen) segments.push_back(stage.segment);
  CheckSegments(graph, segments);
  std::vector<SimulatedStage> stages;
  for (const SimulatedStage& stage : chosen) {
    if (stage.is_cpu) {
      stages.push_back(stage);
      continue;
    }
    const auto add = [&](const Segment& part, bool is_cpu) {
      Segment common = Common(stage.segment, part);
      if (common.ops.empty()) return;
      stages.push_back({.segment = std::move(common),
                        .is_cpu = is_cpu,
                        .replicas = stage.replicas,
                        .link = is_cpu ? -1 : stage.link});
    };
    add(parts.head, true);
    add(parts.mapped, false);
    add(parts.tail, true);
  }
  return stages;
}

double MeasureCpuMs(const Model& model, const Segment& segment) {
  const auto profile = MeasureSegment(model, segment, CpuDevice({}), {});
  return std::chrono::duration<double, std::milli>(profile->latency).count();
}

double CpuMs(const Simulation& simulation, const Segment& segment) {
  if (simulation.options.cpu_ms) return *simulation.options.cpu_ms;
  if (simulation.options.measure_cpu) {
    return MeasureCpuMs(simulation.model, segment);
  }
  return EstimateCpuMs(simulation.model.graph, segment);
}

void SetCosts(Simulation& simulation) {
  const auto num_cpu =
      std::count_if(simulation.stages.begin(), simulation.stages.end(),
                    [](const auto& stage) { return stage.is_cpu; });
  if (simulation.options.cpu_ms && num_cpu != 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--cpu-ms: {} stages run on the CPU, expected one; "
                            "use --measure-cpu, or leave the estimate",
                            num_cpu));
  }
  const Graph& graph = simulation.model.graph;
  for (SimulatedStage& stage : simulation.stages) {
    if (stage.is_cpu) {
      const double ms = CpuMs(simulation, stage.segment);
      stage.cost = {.compute_ms = ms};
      stage.range = simulation.origin(stage) == "estimated"
                        ? EstimatedCpuRange(ms)
                        : ExactRange(ms);
      continue;
    }
    stage.cost =
        CostOf(graph, stage.segment, simulation.layers, simulation.spec);
    stage.range = RangeOf(graph, stage.segment, simulation.layers,
                          simulation.spec, stage.cost);
  }
}

// What the accelerator does of it, in one segment.
double WholeOnDeviceMs(const Model& model, const DeviceSpec& spec) {
  const Graph& graph = model.graph;
  const Segment mapped = PartsOf(graph, MapOps(graph)).mapped;
  if (mapped.ops.empty()) return 0;
  const auto layers = MakeLayers(graph, spec, OpsWithBias(model));
  return CostOf(graph, mapped, layers, spec).warm_ms();
}

// The whole model on one device, with the same CPU stages.
double OneDeviceMs(const Simulation& simulation) {
  const Graph& graph = simulation.model.graph;
  const Segment mapped = PartsOf(graph, simulation.mappings).mapped;
  double ms = WholeOnDeviceMs(simulation.whole, simulation.spec);
  for (const SimulatedStage& stage : simulation.stages) {
    if (!stage.is_cpu) continue;
    // A plan may give the CPU more than it has to run.
    const Segment left_over = Without(stage.segment, mapped);
    if (left_over == stage.segment)
      ms += stage.cost.warm_ms();
    else if (!left_over.ops.empty())
      ms += EstimateCpuMs(graph, left_over);
  }
  return ms;
}

using Costs = std::vector<SegmentCost>;

// The stages' costs, at one end of their ranges or in between.
Costs CostsAt(const Simulation& simulation, double TimeRange::*end) {
  Costs costs;
  for (const SimulatedStage& stage : simulation.stages) {
    costs.push_back(WithTime(stage.cost, stage.range.*end));
  }
  return costs;
}

// The one that may be slowest.
const SimulatedStage& DoubtedStage(const Simulation& simulation) {
  return *std::max_element(
      simulation.stages.begin(), simulation.stages.end(),
      [](const SimulatedStage& a, const SimulatedStage& b) {
        return a.range.high_ms / a.replicas < b.range.high_ms / b.replicas;
      });
}

}  // namespace

std::string_view Simulation::origin(const SimulatedStage& stage) const {
  if (!stage.is_cpu) return "simulated";
  if (options.cpu_ms) return "given by the user";
  return options.measure_cpu ? "measured" : "estimated";
}

Simulation Simulate(const Model& model, const DeviceSpec& spec,
                    const SimulateOptions& options) {
  Simulation simulation{
      .whole = model,
      .model = options.plan ? ModelOf(*options.plan, model) : model,
      .spec = spec,
      .options = options};
  const Model& planned = simulation.model;
  simulation.mappings = MapOps(planned.graph);
  simulation.layers = MakeLayers(planned.graph, spec, OpsWithBias(planned));
  simulation.stages = StagesOfModel(simulation);
  SetCosts(simulation);
  simulation.one_device_ms = OneDeviceMs(simulation);
  BatchOptions batch{.batch = options.batch,
                     .devices_per_link = options.devices_per_link};
  for (const auto& stage : simulation.stages) {
    batch.replicas.push_back(stage.replicas);
    if (options.plan) batch.links.push_back(stage.link);
  }
  const HostModel host = FindHost(options.host).value();
  const auto schedule = [&](const Costs& costs, const HostModel& mode) {
    return ScheduleBatch(costs, mode, batch);
  };
  const auto ms = [&](const Costs& costs, const HostModel& mode) {
    return schedule(costs, mode).makespan_ms() / options.batch;
  };
  Costs costs;
  for (const auto& stage : simulation.stages) costs.push_back(stage.cost);
  batch.keep_timeline = true;  // of this one alone
  simulation.schedule = schedule(costs, host);
  batch.keep_timeline = false;
  simulation.fastest_ms = ms(costs, FastestMode(host));
  simulation.slowest_ms = ms(costs, SlowestMode(host));
  simulation.range = {
      .ms = simulation.ms_per_inference(),
      .low_ms = ms(CostsAt(simulation, &TimeRange::low_ms), FastestMode(host)),
      .high_ms =
          ms(CostsAt(simulation, &TimeRange::high_ms), SlowestMode(host)),
      .doubts = DoubtedStage(simulation).range.doubts};
  return simulation;
}

}  // namespace coralline::cli
