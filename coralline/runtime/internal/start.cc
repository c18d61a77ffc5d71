#include "coralline/runtime/internal/start.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "coralline/device/topology.h"
#include "coralline/planning/layer_splits.h"
#include "coralline/runtime/device_names.h"
#include "coralline/runtime/internal/device_choice.h"
#include "coralline/runtime/internal/edgetpu_start.h"
#include "coralline/runtime/internal/measured_start.h"

namespace coralline::internal {
namespace {

// So many devices for each stage, in order.
std::vector<PlacedStage> InOrder(const std::vector<PlannedStage>& stages) {
  std::vector<PlacedStage> placed;
  int next = 0;
  for (const PlannedStage& stage : stages) {
    placed.push_back({stage.segment, std::vector<int>(stage.replicas)});
    std::iota(placed.back().devices.begin(), placed.back().devices.end(), next);
    next += stage.replicas;
  }
  return placed;
}

Start OfPlan(const PlanDocument& document, const RunnerOptions& options) {
  if (options.devices.empty()) {
    return {PoolOf(document, SetupOf(options)),
            {.known = document.known, .first = InOrder(document.plan.stages)},
            {},
            document.splits};
  }
  const auto names = ExpandedDevices(options);
  if (AreEdgeTpus(names)) {
    return StartPlanOnEdgeTpus(document, names, SetupOf(options));
  }
  Start start{.pool = PoolOf(names, SetupOf(options)),
              .splits = document.splits};
  if (start.pool.num_devices() != document.plan.num_devices()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("the plan uses {} devices and {} are given; give "
                    "one for each replica of each stage, or none for "
                    "those of the plan",
                    document.plan.num_devices(), start.pool.num_devices()));
  }
  start.deployer.first = InOrder(document.plan.stages);
  return start;
}

Start OfSegments(const std::vector<Segment>& segments,
                 const RunnerOptions& options) {
  const auto names = options.devices.empty() ? CoresInTurn(segments.size())
                                             : ExpandedDevices(options);
  if (names.size() != segments.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} stages and {} devices; give one device per "
                            "stage with --devices, or --stages {}",
                            segments.size(), names.size(), names.size()));
  }
  std::vector<PlannedStage> stages;
  for (const Segment& segment : segments) {
    stages.push_back({.segment = segment});
  }
  return {PoolOf(names, SetupOf(options)), {.first = InOrder(stages)}};
}

bool HasCpu(const DevicePool& pool) {
  return std::any_of(pool.kinds.begin(), pool.kinds.end(),
                     [](const DeviceGroup& kind) { return !kind.spec; });
}

// The planned stages on devices of the pool, whose kinds are its classes.
std::vector<PlacedStage> PlaceOn(const DevicePool& pool, const Plan& plan) {
  const std::vector<DeviceHealth> all(pool.devices.size());
  return ChooseDevices(plan, UsableClasses(pool.kind_of, all),
                       [](int, const Segment&) { return false; });
}

// The pool of these devices and, where all are accelerators, of cores for what
// they leave over, as plans have them.
DevicePool PoolFor(const Model& model, std::vector<std::string> names,
                   const RunnerOptions& options) {
  const bool has_cpu = std::any_of(
      names.begin(), names.end(), [&options](const std::string& name) {
        return SpecNameOf(name, options.edgetpu.spec).empty();
      });
  if (has_cpu) return PoolOf(names, SetupOf(options));
  const auto cores = CoresInTurn(NumLeftOverCores(model.graph));
  names.insert(names.end(), cores.begin(), cores.end());
  DevicePool pool = PoolOf(names, SetupOf(options));
  for (DeviceGroup& kind : pool.kinds) kind.unmapped_ops_only = !kind.spec;
  return pool;
}

// As is best with simulated costs.
std::vector<LayerSplit> ChooseSplits(const Model& model, const DevicePool& pool,
                                     const RunnerOptions& options) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kTime(500);
  if (options.split_layers == SplitMode::kNever) return {};
  if (options.split_layers == SplitMode::kAuto &&
      OversizeLayers(model, pool.kinds).empty()) {
    return {};
  }
  const auto end = Clock::now() + kTime;
  return PlanWithSplits(model, pool.kinds,
                        {.max_replicas = options.max_replicas},
                        {.should_stop = [end] { return Clock::now() >= end; }},
                        options.split_layers)
      .splits;
}

Start OfDevices(const Model& model, const RunnerOptions& options) {
  const auto names = options.devices.empty()
                         ? CoresInTurn(CoresByTopology().size())
                         : ExpandedDevices(options);
  Start start{.pool = PoolFor(model, names, options)};
  if (start.pool.num_devices() == 1) {
    start.deployer.first = {{OpRange(0, model.graph.num_ops()), {0}}};
    return start;
  }
  if (!HasCpu(start.pool)) {
    start.splits = ChooseSplits(model, start.pool, options);
    return start;
  }
  auto measured =
      MeasureStart(model, start.pool,
                   {options.kernels, options.max_replicas, options.cache});
  start.deployer.known = std::move(measured.known);
  start.refusal = std::move(measured.refusal);
  if (measured.plan) start.deployer.first = PlaceOn(start.pool, *measured.plan);
  return start;
}

}  // namespace

std::vector<std::string> CoresInTurn(std::size_t count) {
  const std::vector<int> cores = CoresByTopology();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(fmt::format("cpu:{}", cores[i % cores.size()]));
  }
  return names;
}

DeviceSetup SetupOf(const RunnerOptions& options) {
  return {options.kernels, options.compute, options.faults, options.edgetpu};
}

std::vector<std::string> ExpandedDevices(const RunnerOptions& options) {
  return ExpandDevices(options.devices, options.edgetpu.options);
}

Start StartOf(const Model& model, const RunnerOptions& options) {
  if (IsCompiled(model.graph)) return StartCompiled(model, options);
  if (options.segments) return OfSegments(*options.segments, options);
  if (options.plan) return OfPlan(*options.plan, options);
  return OfDevices(model, options);
}

}  // namespace coralline::internal
