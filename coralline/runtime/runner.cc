#include "coralline/runtime/runner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/rewrite/split_layers.h"
#include "coralline/runtime/internal/start.h"
#include "coralline/runtime/planned_deployer.h"

namespace coralline {
namespace {

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
  internal::Start start = internal::StartOf(whole, options);
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
    const DeviceGroup& kind = deployer->pool().kinds[stage.device_class];
    runner.class_names.push_back(kind.name);
    runner.specs.push_back(kind.spec);
  }
  for (const auto& device : deployer->pool().devices) {
    runner.is_emulated.push_back(device->is_emulated());
  }
  runner.pipeline =
      std::make_unique<Pipeline>(std::move(deployer), InterfaceOf(model.graph),
                                 PipelineOptionsOf(options, runner.plan));
  return runner;
}

}  // namespace coralline
