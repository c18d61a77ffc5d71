#include "coralline/planning/explanation.h"

#include <algorithm>

#include "coralline/base/error.h"
#include "coralline/plan/baselines.h"
#include "coralline/sim/cpu_cost.h"
#include "coralline/sim/operator_support.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

// Everything that Explain plans, with one set of options.
class Explainer {
 public:
  // `whole` is the model with its layers whole.
  Explainer(const Model& whole, const Model& model, const DeviceGroup& device,
            const ProblemOptions& options, const PlanOptions& plan)
      : whole_(whole),
        model_(model),
        device_(device),
        options_(options),
        plan_(plan) {}

  Explanation Run() {
    Explanation all{.model = model_.name,
                    .device = device_.name,
                    .host = std::string(options_.host.name),
                    .count = device_.count};
    for (int count = 1; count <= device_.count + 1; ++count) {
      AddCount(count, all.by_count);
    }
    all.best = all.by_count[device_.count - 1];
    const ModelProblem problem(model_, {device_}, options_);
    all.all_devices = OnAllDevices(problem, all.best);
    all.neighbour = Neighbour(problem, all.best);
    ProblemOptions as_compiled = options_;
    as_compiled.cpu_fallback = true;
    const ModelProblem compiled(whole_, {device_}, as_compiled);
    all.alone = Alone(compiled);
    for (const Strategy strategy :
         {Strategy::kCompiler, Strategy::kEqualLayers, Strategy::kLibcoral}) {
      all.strategies.push_back(Try(compiled, strategy));
    }
    all.what_ifs = WhatIfs();
    return all;
  }

 private:
  DeviceGroup WithCount(int count) const {
    DeviceGroup group = device_;
    group.count = count;
    return group;
  }

  void AddCount(int count, std::vector<ExplainedPlan>& by_count) const {
    ExplainedPlan best = Best(WithCount(count));
    const bool is_better =
        by_count.empty() || best.plan.period < by_count.back().plan.period;
    by_count.push_back(is_better ? std::move(best) : by_count.back());
  }

  ExplainedPlan Best(const DeviceGroup& group) const {
    const ModelProblem problem(model_, {group}, options_);
    auto plan = FindPlan(problem.problem(), plan_);
    if (!plan) problem.FailWithoutPlan();
    return ExplainPlan(problem, std::move(*plan));
  }

  ExplainedPlan Alone(const ModelProblem& compiled) const {
    const Segment all = OpRange(0, whole_.graph.num_ops());
    auto plan = PlanOfSegments(compiled.problem(), std::span(&all, 1));
    if (!plan) compiled.FailWithoutPlan();
    return ExplainPlan(compiled, std::move(*plan));
  }

  std::optional<ExplainedPlan> OnAllDevices(const ModelProblem& problem,
                                            const ExplainedPlan& best) const {
    if (best.num_devices >= device_.count) return std::nullopt;
    return ByStrategy(problem, Strategy::kExhaustive);
  }

  // Shifts each cut between single ops of the problem's order.
  std::optional<ExplainedPlan> Neighbour(const ModelProblem& problem,
                                         const ExplainedPlan& best) const {
    std::optional<Plan> nearest;
    const auto& stages = best.plan.stages;
    for (std::size_t s = 0; s + 1 < stages.size(); ++s) {
      for (const bool earlier : {true, false}) {
        auto moved = WithMovedCut(problem, stages, s, earlier);
        if (moved && (!nearest || moved->period < nearest->period)) {
          nearest = std::move(moved);
        }
      }
    }
    if (!nearest) return std::nullopt;
    return ExplainPlan(problem, std::move(*nearest));
  }

  std::optional<Plan> WithMovedCut(const ModelProblem& problem,
                                   std::vector<PlannedStage> stages,
                                   std::size_t s, bool earlier) const {
    auto& before = stages[s].segment.ops;
    auto& after = stages[s + 1].segment.ops;
    auto& from = earlier ? before : after;
    auto& to = earlier ? after : before;
    if (from.size() < 2) return std::nullopt;
    const auto moved = earlier ? from.end() - 1 : from.begin();
    to.insert(earlier ? to.begin() : to.end(), *moved);
    from.erase(moved);
    std::sort(to.begin(), to.end());
    std::vector<Segment> segments;
    for (PlannedStage& stage : stages) {
      const auto cost =
          problem.problem().costs->Of(stage.segment.ops, stage.device_class);
      if (!cost || (!cost->can_replicate && stage.replicas > 1)) return {};
      stage.cost = *cost;
      segments.push_back(stage.segment);
    }
    try {
      CheckSegments(model_.graph, segments);
    } catch (const Error&) {
      return std::nullopt;  // not an order in which the ops can run
    }
    return MakePlan(std::move(stages), problem.problem().classes);
  }

  ExplainedStrategy Try(const ModelProblem& problem, Strategy strategy) const {
    ExplainedStrategy result{.strategy = strategy};
    try {
      result.explained = ByStrategy(problem, strategy);
      if (!result.explained)
        result.why_not = "one of its segments does not run";
    } catch (const Error& error) {
      result.why_not = error.what();
    }
    return result;
  }

  std::optional<ExplainedPlan> ByStrategy(const ModelProblem& problem,
                                          Strategy strategy) const {
    const auto segments = SegmentsBy(strategy, problem.problem(),
                                     problem.model().graph, device_.count);
    if (!segments) return std::nullopt;
    auto plan = PlanOfSegments(problem.problem(), *segments);
    if (!plan) return std::nullopt;
    return ExplainPlan(problem, std::move(*plan));
  }

  WhatIf If(std::string change, void (*apply)(DeviceSpec& spec)) const {
    DeviceGroup group = device_;
    apply(*group.spec);
    return {std::move(change), Best(group).plan.period};
  }

  std::vector<WhatIf> WhatIfs() const {
    if (!device_.spec) return {};
    return {If("a link twice as fast",
               [](DeviceSpec& spec) {
                 spec.streaming_bytes_per_s *= 2;
                 spec.small_bytes_per_s *= 2;
                 spec.large_input_bytes_per_s *= 2;
                 spec.large_output_bytes_per_s *= 2;
               }),
            If("a parameter memory twice as large",
               [](DeviceSpec& spec) { spec.memory.bank_bytes *= 2; }),
            If("a chip that computes twice as fast",
               [](DeviceSpec& spec) { spec.clock_hz *= 2; })};
  }

  const Model& whole_;
  const Model& model_;
  const DeviceGroup& device_;
  const ProblemOptions& options_;
  const PlanOptions& plan_;
};

// Where a stage's time goes, and where it may lie.
struct StageParts {
  SegmentCost cost;
  TimeRange range;
};

StageParts PartsOf(const ModelProblem& problem, const PlannedStage& stage) {
  const Graph& graph = problem.model().graph;
  const auto& spec = problem.cost_models()[stage.device_class].spec;
  if (!spec) {
    const double ms = EstimateCpuMs(graph, stage.segment);
    return {{.compute_ms = ms}, EstimatedCpuRange(ms)};
  }
  const auto mappings = MapOps(graph);
  Segment mapped;
  Segment left_over;
  for (const int op : stage.segment.ops) {
    (mappings[op].is_mapped() ? mapped : left_over).ops.push_back(op);
  }
  StageParts parts;
  if (!mapped.ops.empty()) {
    const auto layers = MakeLayers(graph, *spec, OpsWithBias(problem.model()));
    parts.cost = CostOf(graph, mapped, layers, *spec);
    parts.range = RangeOf(graph, mapped, layers, *spec, parts.cost);
  }
  if (!left_over.ops.empty()) {
    const auto cpu = EstimatedCpuRange(EstimateCpuMs(graph, left_over));
    parts.range.Add(cpu);
  }
  return parts;
}

double MsOf(std::chrono::nanoseconds time) {
  constexpr double kNanosecondsPerMs = 1e6;
  return static_cast<double>(time.count()) / kNanosecondsPerMs;
}

}  // namespace

std::size_t ExplainedPlan::SlowestStage() const {
  const auto slowest = std::max_element(
      plan.stages.begin(), plan.stages.end(),
      [](const auto& a, const auto& b) { return a.period() < b.period(); });
  return static_cast<std::size_t>(slowest - plan.stages.begin());
}

TimeRange ExplainedPlan::PeriodRange() const {
  const double host_ms = MsOf(load.host);
  TimeRange period{
      .ms = MsOf(plan.period),
      .low_ms = (1 - host_spread) * host_ms,
      .high_ms = std::max(MsOf(load.period()), (1 + host_spread) * host_ms)};
  double slowest_ms = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const TimeRange& range = ranges[i];
    const PlannedStage& stage = plan.stages[i];
    const double around_ms = MsOf(stage.cost.busy) - range.ms;
    const double spread_ms = host_spread * MsOf(stage.cost.host);
    const double low_ms =
        (range.low_ms + around_ms - spread_ms) / stage.replicas;
    const double high_ms =
        (range.high_ms + around_ms + spread_ms) / stage.replicas;
    period.low_ms = std::max(period.low_ms, low_ms);
    period.high_ms = std::max(period.high_ms, high_ms);
    if (high_ms <= slowest_ms) continue;
    slowest_ms = high_ms;
    period.doubts = range.doubts;
  }
  return period;
}

ExplainedPlan ExplainPlan(const ModelProblem& problem, Plan plan) {
  ExplainedPlan explained{
      .load = LoadOf(plan.stages, problem.problem().classes),
      .num_devices = NumDevices(plan, problem),
      .host_spread = problem.host().serialised_spread};
  for (const PlannedStage& stage : plan.stages) {
    StageParts parts = PartsOf(problem, stage);
    explained.parts.push_back(std::move(parts.cost));
    explained.ranges.push_back(std::move(parts.range));
  }
  explained.plan = std::move(plan);
  return explained;
}

Explanation Explain(const Model& model, const DeviceGroup& device,
                    const ProblemOptions& options, const PlanOptions& plan,
                    SplitMode mode) {
  if (mode == SplitMode::kNever) {
    return Explainer(model, model, device, options, plan).Run();
  }
  SplitPlan chosen = PlanWithSplits(model, {device}, options, plan, mode);
  Explanation all = Explainer(model, chosen.model, device, options, plan).Run();
  if (!chosen.splits.empty() && chosen.unsplit) {
    const ModelProblem problem(model, {device}, options);
    all.unsplit = ExplainPlan(problem, std::move(*chosen.unsplit));
  }
  all.splits = std::move(chosen.splits);
  return all;
}

}  // namespace coralline
