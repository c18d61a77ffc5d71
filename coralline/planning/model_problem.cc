#include "coralline/planning/model_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "coralline/base/error.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/sim/operator_support.h"

namespace coralline {
namespace {

// What comes before, on and after the accelerator, each in the given order: one
// in which every part can be cut off.
std::vector<int> ByParts(const MappedParts& parts, std::vector<int> order) {
  std::vector<int> part(order.size(), 0);
  for (const int op : parts.mapped.ops) part[op] = 1;
  for (const int op : parts.tail.ops) part[op] = 2;
  std::stable_sort(order.begin(), order.end(),
                   [&part](int a, int b) { return part[a] < part[b]; });
  return order;
}

}  // namespace

int NumLeftOverCores(const Graph& graph) {
  const MappedParts parts = PartsOf(graph, MapOps(graph));
  return (parts.head.ops.empty() ? 0 : 1) + (parts.tail.ops.empty() ? 0 : 1);
}

ModelProblem::ModelProblem(const Model& model,
                           const std::vector<DeviceGroup>& groups,
                           const ProblemOptions& options)
    : model_(model), options_(options) {
  const auto add = [this](std::string name, int count, bool shares_link,
                          CostModel kind) {
    problem_.classes.push_back({std::move(name), count, shares_link});
    models_.push_back(std::move(kind));
  };
  bool has_cpu = false;
  for (const DeviceGroup& group : groups) {
    has_cpu = has_cpu || !group.spec || group.cpu_fallback;
    if (!group.spec || options.devices_per_link <= 1) {
      add(group.name, group.count, false,
          {.spec = group.spec,
           .unmapped_ops_only = group.unmapped_ops_only,
           .cpu_fallback = options.cpu_fallback || group.cpu_fallback});
      continue;
    }
    for (int left = group.count; left > 0; left -= options.devices_per_link) {
      add(group.name, std::min(left, options.devices_per_link), true,
          {.spec = group.spec,
           .cpu_fallback = options.cpu_fallback || group.cpu_fallback});
    }
  }
  const MappedParts parts = PartsOf(model.graph, MapOps(model.graph));
  const int num_cores = NumLeftOverCores(model.graph);
  if (!has_cpu && !options.cpu_fallback && num_cores > 0) {
    add("cpu", num_cores, false, {.unmapped_ops_only = true});
  }
  costs_ = std::make_unique<SimulatedCosts>(model, models_, options.host);
  problem_.precedence = PrecedenceOf(model.graph);
  problem_.order = ByParts(parts, OpRange(0, model.graph.num_ops()).ops);
  std::vector<int> compiler_order = ByParts(parts, CompilerOrder(model.graph));
  if (compiler_order != problem_.order) {
    problem_.other_orders.push_back(std::move(compiler_order));
  }
  problem_.max_replicas = options.max_replicas;
  problem_.costs = costs_.get();
  problem_.floors = costs_->Floors();
}

void ModelProblem::FailWithoutPlan() const {
  const Graph& graph = model_.graph;
  const auto mappings = MapOps(graph);
  for (int op = 0; op < graph.num_ops(); ++op) {
    const std::array<int, 1> ops = {op};
    bool runs = false;
    for (std::size_t c = 0; c < models_.size() && !runs; ++c) {
      runs = costs_->Of(ops, static_cast<int>(c)).has_value();
    }
    if (runs || mappings[op].is_mapped()) continue;
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}: no plan: op {} ({}) runs on none of the devices: {} "
                    "({}); add a CPU core with --device cpu=1",
                    model_.name, op, OpName(graph.ops[op]),
                    MappingText(mappings[op].mapping), mappings[op].detail));
  }
  throw Error(ErrorKind::kModel,
              fmt::format("{}: no plan: no cut into segments that the devices "
                          "run; allow more of them with --count, or more CPU "
                          "cores with --device cpu=2",
                          model_.name));
}

int NumDevices(const Plan& plan, const ModelProblem& problem) {
  int count = 0;
  for (const PlannedStage& stage : plan.stages) {
    const CostModel& model = problem.cost_models()[stage.device_class];
    if (!model.unmapped_ops_only) count += stage.replicas;
  }
  return count;
}

}  // namespace coralline
