#include "coralline/sweep/internal/model_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "coralline/base/error.h"
#include "coralline/graph/macs.h"
#include "coralline/plan/baselines.h"
#include "coralline/planning/explanation.h"
#include "coralline/planning/layer_splits.h"
#include "coralline/profile/profile_key.h"
#include "coralline/sim/operator_support.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;

DeviceGroup MostDevices(const SweepOptions& options) {
  DeviceGroup group = options.device;
  group.count = *std::max_element(options.counts.begin(), options.counts.end());
  return group;
}

ProblemOptions AsCompiled(ProblemOptions options) {
  options.cpu_fallback = true;
  return options;
}

// A layer of which no device keeps two may be better in parts.
constexpr int kPerDevice = 2;

nanoseconds Nanoseconds(double ms) {
  return nanoseconds(std::llround(1e6 * ms));
}

// Of the better of two plans, each the best in its own way.
Certificate OfBoth(Certificate a, const Certificate& b) {
  if (b.claim == Claim::kWithin) a.claim = b.claim;
  a.bound = std::min(a.bound, b.bound);
  return a;
}

}  // namespace

ModelCells::ModelCells(const Model& model, const SweptModel& facts,
                       const SweepOptions& options)
    : model_(model),
      facts_(facts),
      options_(options),
      problem_(model, {MostDevices(options)}, options.problem),
      compiled_(model, {MostDevices(options)}, AsCompiled(options.problem)),
      has_oversize_layers_(
          !OversizeLayers(model, {options.device}, kPerDevice).empty()) {}

SweepRow ModelCells::RowOf(int count, Strategy strategy,
                           const std::function<bool()>& should_stop) {
  SweepRow row{.model = facts_, .count = count, .strategy = strategy};
  try {
    row.plan = strategy == Strategy::kOptimal
                   ? Optimal(count, should_stop)
                   : Sum(ByMethod(count, strategy), compiled_);
  } catch (const Error& error) {
    row.why_not = error.what();
  }
  return row;
}

SweptPlan ModelCells::Alone() {
  const Segment whole = OpRange(0, model_.graph.num_ops());
  const auto plan = PlanOfSegments(compiled_.problem(), std::span(&whole, 1));
  if (!plan) compiled_.FailWithoutPlan();
  return Sum(*plan, compiled_);
}

std::optional<Plan> ModelCells::BestOf(
    const ModelProblem& problem, int count,
    const std::function<bool()>& should_stop) const {
  PlanProblem limited = problem.problem();
  limited.classes[0].count = count;
  PlanOptions options = options_.plan;
  options.should_stop = should_stop;
  return FindPlan(limited, options);
}

// The plan with large layers in parts, where that is better.
SweptPlan ModelCells::Optimal(int count,
                              const std::function<bool()>& should_stop) const {
  const SweptPlan whole = WithWholeLayers(count, should_stop);
  const SplitMode mode = options_.split_layers;
  const bool is_tried = mode == SplitMode::kAlways ||
                        (mode == SplitMode::kAuto && has_oversize_layers_);
  if (!is_tried) return whole;
  DeviceGroup group = options_.device;
  group.count = count;
  PlanOptions options = options_.plan;
  options.should_stop = should_stop;
  const SplitPlan split =
      PlanWithSplits(model_, {group}, options_.problem, options, mode);
  if (split.splits.empty() || !split.plan) return whole;
  const ModelProblem problem(split.model, {group}, options_.problem);
  SweptPlan parts = Sum(*split.plan, problem);
  parts.split_layers = static_cast<int>(split.splits.size());
  const auto value = [this](const SweptPlan& plan) {
    return options_.plan.objective == Objective::kLatency ? plan.latency
                                                          : plan.period;
  };
  return mode == SplitMode::kAlways || value(parts) < value(whole) ? parts
                                                                   : whole;
}

// What the device leaves to its host runs in stages of its own on one core, or
// beside each device as compiled segments have it, on as many cores as devices.
SweptPlan ModelCells::WithWholeLayers(
    int count, const std::function<bool()>& should_stop) const {
  auto best = BestOf(problem_, count, should_stop);
  if (facts_.cpu_ops == 0) {
    if (!best) problem_.FailWithoutPlan();
    return Sum(*best, problem_);
  }
  auto beside = BestOf(compiled_, count, should_stop);
  if (!best && !beside) problem_.FailWithoutPlan();
  if (!best) return Sum(*beside, compiled_);
  if (!beside) return Sum(*best, problem_);
  const auto value = [this](const Plan& plan) {
    return std::get<0>(ValueOf(plan, options_.plan.objective));
  };
  const bool is_better = value(*beside) < value(*best);
  Certificate both = OfBoth(*best->certificate, *beside->certificate);
  const bool is_reached = both.bound == value(is_better ? *beside : *best);
  if (is_reached && both.claim == Claim::kWithin) {
    both.claim = Claim::kAllOrders;
  }
  best->certificate = beside->certificate = both;
  return is_better ? Sum(*beside, compiled_) : Sum(*best, problem_);
}

Plan ModelCells::ByMethod(int count, Strategy strategy) const {
  const auto segments = SegmentsBy(strategy, compiled_.problem(), model_.graph,
                                   count, options_.libcoral);
  auto plan = segments ? PlanOfSegments(compiled_.problem(), *segments)
                       : std::optional<Plan>();
  if (!plan) {
    throw Error(ErrorKind::kFailed,
                fmt::format("{} finds no cut into {} segments that run",
                            StrategyName(strategy), count));
  }
  return std::move(*plan);
}

SweptPlan ModelCells::Sum(const Plan& plan, const ModelProblem& problem) const {
  const ExplainedPlan explained = ExplainPlan(problem, plan);
  const TimeRange range = explained.PeriodRange();
  SweptPlan sum{.stages = static_cast<int>(plan.stages.size()),
                .devices = explained.num_devices,
                .period = plan.period,
                .latency = plan.latency,
                .low = Nanoseconds(range.low_ms),
                .high = Nanoseconds(range.high_ms)};
  for (const SegmentCost& part : explained.parts) {
    const Placement& placement = part.placement;
    sum.on_chip_bytes += placement.cached_bytes;
    sum.off_chip_bytes += placement.streamed_bytes;
    sum.worst_off_chip_bytes =
        std::max(sum.worst_off_chip_bytes, placement.streamed_bytes);
  }
  if (plan.certificate) {
    const std::int64_t value =
        std::get<0>(ValueOf(plan, options_.plan.objective));
    sum.certificate = ClaimText(*plan.certificate, value);
    sum.bound_ns = plan.certificate->bound;
  }
  return sum;
}

SweptModel FactsOf(const std::string& name, const Model& model,
                   const SweepOptions& options) {
  const auto mappings = MapOps(model.graph);
  SweptModel facts{.name = name,
                   .hash = HashModel(model),
                   .ops = model.graph.num_ops(),
                   .parameter_bytes = ParameterBytes(model.graph),
                   .macs = MacCount(model.graph)};
  facts.cpu_ops = static_cast<int>(
      std::count_if(mappings.begin(), mappings.end(),
                    [](const auto& op) { return !op.is_mapped(); }));
  try {
    facts.alone = ModelCells(model, facts, options).Alone();
  } catch (const Error&) {
    // The rows say why there is no plan.
  }
  return facts;
}

}  // namespace coralline
