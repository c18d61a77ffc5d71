#include "coralline/runtime/runner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/device/topology.h"
#include "coralline/planning/layer_splits.h"
#include "coralline/rewrite/split_layers.h"
#include "coralline/runtime/device_names.h"
#include "coralline/runtime/device_pool.h"
#include "coralline/runtime/internal/device_choice.h"
#include "coralline/runtime/internal/measured_start.h"
#include "coralline/runtime/planned_deployer.h"

namespace coralline {
namespace {

// With what a deployer is made.
struct Start {
  DevicePool pool;
  PlannedDeployerOptions deployer;
  std::optional<Error> refusal;  // where no plan is found
  std::vector<LayerSplit> splits;
};

std::vector<std::string> CoresInTurn(std::size_t count) {
  const std::vector<int> cores = CoresByTopology();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(fmt::format("cpu:{}", cores[i % cores.size()]));
  }
  return names;
}

PoolOptions PoolOptionsOf(const RunnerOptions& options) {
  return {options.kernels, options.compute, options.faults};
}

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
    return {PoolOf(document, PoolOptionsOf(options)),
            {.known = document.known, .first = InOrder(document.plan.stages)},
            {},
            document.splits};
  }
  Start start{
      .pool = PoolOf(ExpandDevices(options.devices), PoolOptionsOf(options)),
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
                                             : ExpandDevices(options.devices);
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
  return {PoolOf(names, PoolOptionsOf(options)), {.first = InOrder(stages)}};
}

bool HasCpu(const DevicePool& pool) {
  return std::any_of(pool.kinds.begin(), pool.kinds.end(),
                     [](const DeviceGroup& kind) { return !kind.spec; });
}

// The planned stages on devices of the pool, whose kinds are its classes.
std::vector<PlacedStage> PlaceOn(const DevicePool& pool, const Plan& plan) {
  const std::vector<DeviceHealth> all(pool.devices.size());
  return internal::ChooseDevices(plan,
                                 internal::UsableClasses(pool.kind_of, all),
                                 [](int, const Segment&) { return false; });
}

// The pool of these devices and, where all are accelerators, of cores for what
// they leave over, as plans have them.
DevicePool PoolFor(const Model& model, std::vector<std::string> names,
                   const RunnerOptions& options) {
  const bool has_cpu = std::any_of(
      names.begin(), names.end(),
      [](const std::string& name) { return EmulatedSpecName(name).empty(); });
  if (has_cpu) return PoolOf(names, PoolOptionsOf(options));
  const auto cores = CoresInTurn(NumLeftOverCores(model.graph));
  names.insert(names.end(), cores.begin(), cores.end());
  DevicePool pool = PoolOf(names, PoolOptionsOf(options));
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
                         : ExpandDevices(options.devices);
  Start start{.pool = PoolFor(model, names, options)};
  if (start.pool.num_devices() == 1) {
    start.deployer.first = {{OpRange(0, model.graph.num_ops()), {0}}};
    return start;
  }
  if (!HasCpu(start.pool)) {
    start.splits = ChooseSplits(model, start.pool, options);
    return start;
  }
  auto measured = internal::MeasureStart(
      model, start.pool,
      {options.kernels, options.max_replicas, options.cache});
  start.deployer.known = std::move(measured.known);
  start.refusal = std::move(measured.refusal);
  if (measured.plan) start.deployer.first = PlaceOn(start.pool, *measured.plan);
  return start;
}

Start StartOf(const Model& model, const RunnerOptions& options) {
  if (options.segments) return OfSegments(*options.segments, options);
  if (options.plan) return OfPlan(*options.plan, options);
  return OfDevices(model, options);
}

[[noreturn]] void FailWithoutPlan(const Model& model, const DevicePool& pool) {
  throw Error(ErrorKind::kModel,
              fmt::format("{}: no cut into segments that the {} devices run; "
                          "add a CPU core to them, such as cpu:0",
                          model.name, pool.num_devices()));
}

std::string JoinOrigins(const std::vector<Origin>& origins) {
  std::set<std::string_view> texts;
  for (const Origin origin : origins) texts.insert(OriginText(origin));
  return fmt::format("{}", fmt::join(texts, " and "));
}

PipelineOptions PipelineOptionsOf(const RunnerOptions& options,
                                  const Plan& plan) {
  constexpr int kSlower = 10;
  PipelineOptions pipeline = options.pipeline;
  if (!options.stretch_watchdog) return pipeline;
  for (const PlannedStage& stage : plan.stages) {
    pipeline.watchdog = std::max(pipeline.watchdog, kSlower * stage.cost.busy);
  }
  return pipeline;
}

}  // namespace

Runner OpenRunner(const Model& whole, const RunnerOptions& options) {
  Start start = StartOf(whole, options);
  const Model model = SplitLayers(whole, start.splits);
  start.deployer.max_replicas = options.max_replicas;
  auto deployer = std::make_unique<PlannedDeployer>(
      model, std::move(start.pool), std::move(start.deployer));
  // The pipeline gets the same again, with what is loaded now.
  if (!deployer->Deploy(std::vector<DeviceHealth>(deployer->num_devices()))) {
    if (start.refusal) throw Error(*start.refusal);
    FailWithoutPlan(model, deployer->pool());
  }
  Runner runner{.plan = deployer->plan(),
                .origin = JoinOrigins(deployer->origins()),
                .splits = std::move(start.splits)};
  for (const PlannedStage& stage : runner.plan.stages) {
    runner.class_names.push_back(
        deployer->pool().kinds[stage.device_class].name);
  }
  runner.pipeline =
      std::make_unique<Pipeline>(std::move(deployer), InterfaceOf(model.graph),
                                 PipelineOptionsOf(options, runner.plan));
  return runner;
}

}  // namespace coralline
