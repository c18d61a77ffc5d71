#include "coralline/planning/host_ops.h"

#include <algorithm>
#include <optional>

#include "coralline/sim/operator_support.h"

namespace coralline {
namespace {

std::optional<PlanValue> BestValue(const Model& model,
                                   const std::vector<DeviceGroup>& groups,
                                   ProblemOptions options, bool with_fallback,
                                   const PlanOptions& plan) {
  options.cpu_fallback = with_fallback;
  const ModelProblem problem(model, groups, options);
  const auto best = FindPlan(problem.problem(), plan);
  if (!best) return std::nullopt;
  return ValueOf(*best, plan.objective);
}

}  // namespace

bool IsFasterWithFallback(const Model& model,
                          const std::vector<DeviceGroup>& groups,
                          const ProblemOptions& options,
                          const PlanOptions& plan) {
  const auto mappings = MapOps(model.graph);
  const bool has_cpu =
      std::any_of(groups.begin(), groups.end(),
                  [](const DeviceGroup& group) { return !group.spec; });
  const bool is_all_mapped =
      std::all_of(mappings.begin(), mappings.end(),
                  [](const OpMapping& op) { return op.is_mapped(); });
  if (has_cpu || is_all_mapped) return false;
  const auto with = BestValue(model, groups, options, true, plan);
  const auto without = BestValue(model, groups, options, false, plan);
  if (!with || !without) return with.has_value();
  return std::get<0>(*with) < std::get<0>(*without);
}

}  // namespace coralline
