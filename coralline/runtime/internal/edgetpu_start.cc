#include "coralline/runtime/internal/edgetpu_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "coralline/planning/simulated_costs.h"
#include "coralline/profile/profiler.h"
#include "coralline/runtime/device_names.h"

namespace coralline::internal {
namespace {

constexpr ProfilerOptions kTiming{.target_width = 0.05,
                                  .budget = std::chrono::milliseconds(300)};

// Takes the devices of a pool one after another, each once.
class DeviceTaker {
 public:
  explicit DeviceTaker(const DevicePool& pool)
      : pool_(pool), is_taken_(pool.devices.size(), false) {}

  // Of the class's name, else another one: an accelerator, or a core.
  int Take(const ClassDocument& wanted) {
    const bool is_cpu = wanted.spec.empty();
    const int named = First([&](const DeviceGroup& kind) {
      return !is_cpu && kind.name == wanted.device.name;
    });
    const int device = named >= 0 ? named : First([&](const DeviceGroup& kind) {
      return is_cpu == !kind.spec;
    });
    is_taken_[device] = true;
    return device;
  }

 private:
  template <typename Suits>
  int First(const Suits& suits) const {
    for (int i = 0; i < pool_.num_devices(); ++i) {
      if (!is_taken_[i] && suits(pool_.kinds[pool_.kind_of[i]])) return i;
    }
    return -1;
  }

  const DevicePool& pool_;
  std::vector<bool> is_taken_;
};

bool IsCpuStage(const PlanDocument& document, const PlannedStage& stage) {
  return document.classes[stage.device_class].spec.empty();
}

int NumCpuReplicas(const PlanDocument& document) {
  int count = 0;
  for (const PlannedStage& stage : document.plan.stages) {
    if (IsCpuStage(document, stage)) count += stage.replicas;
  }
  return count;
}

// What is known of a class of the plan holds for the kind of its name.
std::vector<KnownCost> KnownOf(const PlanDocument& document,
                               const DevicePool& pool) {
  std::vector<KnownCost> known;
  for (KnownCost cost : document.known) {
    const std::string& name = document.classes[cost.device_class].device.name;
    for (std::size_t kind = 0; kind < pool.kinds.size(); ++kind) {
      if (pool.kinds[kind].name != name) continue;
      cost.device_class = static_cast<int>(kind);
      known.push_back(cost);
    }
  }
  return known;
}

void CheckCompiledUse(const Model& model, const RunnerOptions& options,
                      const std::vector<std::string>& names) {
  if (options.segments || options.plan) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: compiled for the Edge TPU, which makes one "
                            "operator of the model; to cut it, give the "
                            ".tflite file that was compiled",
                            model.name));
  }
  if (AreEdgeTpus(names)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: compiled for the Edge TPU, and runs on nothing "
                          "else; use --devices edgetpu:all",
                          model.name));
}

// One timing for each kind: the simulator does not see what is inside.
std::vector<KnownCost> TimeOnEachKind(const Model& model,
                                      const DevicePool& pool) {
  const Segment whole = OpRange(0, model.graph.num_ops());
  std::vector<KnownCost> known;
  for (std::size_t kind = 0; kind < pool.kinds.size(); ++kind) {
    const auto first = std::find(pool.kind_of.begin(), pool.kind_of.end(),
                                 static_cast<int>(kind));
    const Device& device = *pool.devices[first - pool.kind_of.begin()];
    const auto timed = MeasureSegment(model, whole, device, kTiming);
    known.push_back({whole, static_cast<int>(kind),
                     StageCost{.busy = timed->latency}, timed->origin});
  }
  return known;
}

}  // namespace

bool AreEdgeTpus(const std::vector<std::string>& names) {
  return !names.empty() &&
         std::all_of(names.begin(), names.end(), IsEdgeTpuName);
}

Start StartPlanOnEdgeTpus(const PlanDocument& document,
                          const std::vector<std::string>& names,
                          const DeviceSetup& setup) {
  const int given = static_cast<int>(names.size());
  const int cores = NumCpuReplicas(document);
  const int wanted = document.plan.num_devices() - cores;
  if (given < wanted) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the plan uses {} accelerators and {} Edge TPUs "
                            "are given; plan for --count {}",
                            wanted, given, given));
  }
  std::vector<std::string> all = names;
  const auto added = CoresInTurn(cores);
  all.insert(all.end(), added.begin(), added.end());
  Start start{.pool = PoolOf(all, setup), .splits = document.splits};
  for (DeviceGroup& kind : start.pool.kinds) {
    kind.unmapped_ops_only = !kind.spec;
  }
  start.deployer.known = KnownOf(document, start.pool);
  DeviceTaker taker(start.pool);
  start.deployer.first.emplace();
  for (const PlannedStage& stage : document.plan.stages) {
    PlacedStage placed{.segment = stage.segment};
    for (int i = 0; i < stage.replicas; ++i) {
      placed.devices.push_back(
          taker.Take(document.classes[stage.device_class]));
    }
    start.deployer.first->push_back(std::move(placed));
  }
  return start;
}

Start StartCompiled(const Model& model, const RunnerOptions& options) {
  RunnerOptions all = options;
  if (all.devices.empty()) all.devices = {"edgetpu:all"};
  const auto names = ExpandedDevices(all);
  CheckCompiledUse(model, options, names);
  Start start{.pool = PoolOf(names, SetupOf(options))};
  start.deployer.known = TimeOnEachKind(model, start.pool);
  PlacedStage everywhere{.segment = OpRange(0, model.graph.num_ops())};
  everywhere.devices.resize(names.size());
  std::iota(everywhere.devices.begin(), everywhere.devices.end(), 0);
  start.deployer.first = {std::move(everywhere)};
  return start;
}

}  // namespace coralline::internal
