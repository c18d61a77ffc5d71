#include "coralline/planning/split_planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/planning/layer_splits.h"
#include "coralline/rewrite/split_layers.h"

namespace coralline {
namespace {

// What splits must gain of the objective's value: more where every layer fits,
// as balance alone is a weak reason for so many more ops.
constexpr double kWorthwhile = 0.02;
constexpr double kWorthwhileWhereAllFits = 0.05;

constexpr std::array<std::pair<SplitMode, std::string_view>, 3> kNames = {
    {{SplitMode::kAuto, "auto"},
     {SplitMode::kNever, "never"},
     {SplitMode::kAlways, "always"}}};

// Plans the same model in several forms.
class SplitPlanner {
 public:
  SplitPlanner(const Model& model, const std::vector<DeviceGroup>& groups,
               const ProblemOptions& problem, const PlanOptions& options,
               SplitMode mode)
      : model_(model),
        groups_(groups),
        problem_(problem),
        options_(options),
        mode_(mode),
        oversize_(OversizeLayers(model, groups)) {}

  SplitPlan Run() const {
    SplitPlan whole{.model = model_, .plan = PlanOf(model_, options_)};
    if (mode_ == SplitMode::kNever) return whole;
    auto best = BestSplit(LayersToSplit());
    if (!best) return whole;
    best->plan = PlanOf(best->model, options_);
    best->unsplit = whole.plan;
    if (mode_ == SplitMode::kAlways || IsWorthIt(*best)) return *best;
    whole.unsplit = whole.plan;
    return whole;
  }

 private:
  std::optional<Plan> PlanOf(const Model& model,
                             const PlanOptions& options) const {
    const ModelProblem problem(model, groups_, problem_);
    return FindPlan(problem.problem(), options);
  }

  // Those that fit no device, or else those that leave one to themselves:
  // smaller ones are well placed between cuts.
  std::vector<int> LayersToSplit() const {
    if (mode_ == SplitMode::kAlways) return SplittableLayers(model_, groups_);
    return oversize_.empty() ? OversizeLayers(model_, groups_, 2) : oversize_;
  }

  // Compared by the order in which the parts come; none where no layer can be
  // split.
  std::optional<SplitPlan> BestSplit(std::vector<int> layers) const {
    std::erase_if(layers, [this](int op) { return !HasOwnName(op); });
    PlanOptions one_order = options_;
    one_order.all_orders = false;
    std::optional<SplitPlan> best;
    for (auto& splits : WaysToSplit(model_, layers, groups_)) {
      SplitPlan tried{.splits = std::move(splits)};
      tried.model = SplitLayers(model_, tried.splits);
      tried.plan = PlanOf(tried.model, one_order);
      if (!best || IsBetter(tried, *best)) best = std::move(tried);
    }
    return best;
  }

  bool HasOwnName(int op) const {
    const auto& name =
        model_.graph.tensors[model_.graph.ops[op].outputs[0]].name;
    return !name.empty() &&
           std::count_if(
               model_.graph.tensors.begin(), model_.graph.tensors.end(),
               [&](const Tensor& tensor) { return tensor.name == name; }) == 1;
  }

  bool IsBetter(const SplitPlan& a, const SplitPlan& b) const {
    if (!a.plan || !b.plan) return a.plan.has_value();
    return ValueOf(*a.plan, options_.objective) <
           ValueOf(*b.plan, options_.objective);
  }

  bool IsWorthIt(const SplitPlan& split) const {
    if (!split.plan || !split.unsplit) return split.plan.has_value();
    const auto with = ValueOf(*split.plan, options_.objective);
    const auto without = ValueOf(*split.unsplit, options_.objective);
    // As many devices are worth it where they are faster.
    const bool is_equal = std::get<0>(with) == std::get<0>(without);
    const double a =
        static_cast<double>(is_equal ? std::get<1>(with) : std::get<0>(with));
    const double b = static_cast<double>(is_equal ? std::get<1>(without)
                                                  : std::get<0>(without));
    return a <= b * (1 - (oversize_.empty() ? kWorthwhileWhereAllFits
                                            : kWorthwhile));
  }

  const Model& model_;
  const std::vector<DeviceGroup>& groups_;
  const ProblemOptions& problem_;
  const PlanOptions& options_;
  SplitMode mode_;
  std::vector<int> oversize_;
};

}  // namespace

std::string_view SplitModeName(SplitMode mode) {
  const auto* found =
      std::find_if(kNames.begin(), kNames.end(),
                   [mode](const auto& name) { return name.first == mode; });
  return found->second;
}

SplitMode ParseSplitMode(std::string_view name) {
  for (const auto& [mode, text] : kNames) {
    if (text == name) return mode;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("unknown mode of splitting layers '{}'; expected "
                          "auto, never or always",
                          name));
}

SplitPlan PlanWithSplits(const Model& model,
                         const std::vector<DeviceGroup>& groups,
                         const ProblemOptions& problem,
                         const PlanOptions& options, SplitMode mode) {
  return SplitPlanner(model, groups, problem, options, mode).Run();
}

}  // namespace coralline
