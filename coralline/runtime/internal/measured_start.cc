#include "coralline/runtime/internal/measured_start.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/planning/measured_planning.h"
#include "coralline/sim/operator_support.h"

namespace coralline::internal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kTimeLimit(3);
constexpr ProfilerOptions kProfiler{.target_width = 0.05,
                                    .budget = std::chrono::milliseconds(300)};
constexpr double kGap = 0.05;
// What a cut has to gain over copies of the whole model, which need nothing of
// one another: measurements differ by some percent, and the best of many cuts
// looks better than it is.
constexpr double kWorthACut = 0.1;
// By how much less than the whole model a segment may cost, compared with its
// estimate, before it is measured: caches make a part faster than the whole.
constexpr double kPartIsFaster = 0.85;
constexpr double kOptimismUnknown = 0.25;
// Handing on a request costs some 0.5 us, and more than one core gains little.
constexpr std::chrono::microseconds kTooShort(4);

class Measuring {
 public:
  Measuring(const Model& model, const DevicePool& pool,
            const MeasuringOptions& options)
      : problem_(model, pool.kinds, {.max_replicas = options.max_replicas}),
        cache_(options.cache) {
    for (std::size_t kind = 0; kind < problem_.problem().classes.size();
         ++kind) {
      devices_.push_back(DeviceOf(pool, static_cast<int>(kind), options));
    }
  }

  MeasuredStart Run() {
    for (std::size_t kind = 0; kind < devices_.size(); ++kind) {
      if (!devices_[kind]) continue;
      MeasureWhole(static_cast<int>(kind));
      MeasureLeftOver(static_cast<int>(kind));
    }
    if (IsTooShort()) return std::move(start_);
    const auto deadline = Clock::now() + kTimeLimit;
    MeasuredPlanningOptions options{
        .lazy = {.optimism = Optimism(), .gap = kGap},
        .profiler = kProfiler,
        .cache = cache_};
    options.lazy.plan.should_stop = [deadline] {
      return Clock::now() >= deadline;
    };
    const MeasuredPlan measured = PlanOnDevices(problem_, devices_, options);
    for (const LearntCost& learnt : measured.lazy.learnt) Know(learnt);
    KeepIfBetter(measured.lazy.plan, 1 - kWorthACut);
    return std::move(start_);
  }

 private:
  static std::unique_ptr<Device> DeviceOf(const DevicePool& pool, int kind,
                                          const MeasuringOptions& options) {
    if (pool.kinds[kind].spec) return nullptr;
    const auto first =
        std::find(pool.kind_of.begin(), pool.kind_of.end(), kind);
    const auto at = static_cast<std::size_t>(first - pool.kind_of.begin());
    return MakeDevice(pool.devices[at]->name(), options.kernels);
  }

  // nullopt where the kind does not run the segment.
  std::optional<StageCost> Measure(const Segment& segment, int kind) {
    const auto estimated = problem_.problem().costs->Of(segment.ops, kind);
    if (!estimated) return std::nullopt;
    StageCost cost = *estimated;
    try {
      Profiler profiler(problem_.model(), *devices_[kind], kProfiler, cache_);
      cost.busy = profiler.Measure(segment)->latency;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kModel) throw;
      start_.refusal = error;  // a part of it may run
      return std::nullopt;
    }
    ratio_ = std::min(ratio_.value_or(1e9),
                      static_cast<double>(cost.busy.count()) /
                          static_cast<double>(estimated->busy.count()));
    Know({segment, kind, cost});
    return cost;
  }

  // What accelerators leave over, in one piece each: most plans run it so, and
  // planning may not come to it in time.
  void MeasureLeftOver(int kind) {
    if (!problem_.cost_models()[kind].unmapped_ops_only) return;
    const Graph& graph = problem_.model().graph;
    const MappedParts parts = PartsOf(graph, MapOps(graph));
    for (const Segment* part : {&parts.head, &parts.tail}) {
      if (!part->ops.empty()) Measure(*part, kind);
    }
  }

  // On as many devices of the kind as there are.
  void MeasureWhole(int kind) {
    const Segment whole = OpRange(0, problem_.model().graph.num_ops());
    const auto measured = Measure(whole, kind);
    if (!measured) return;
    const StageCost& cost = *measured;
    const int count = problem_.problem().classes[kind].count;
    const bool is_worth_it = cost.can_replicate && cost.busy >= kTooShort;
    const int replicas =
        is_worth_it ? std::min(count, problem_.options().max_replicas) : 1;
    KeepIfBetter(MakePlan({{.segment = whole,
                            .device_class = kind,
                            .replicas = replicas,
                            .cost = cost}},
                          problem_.problem().classes),
                 1);
  }

  bool IsTooShort() const {
    return start_.plan && start_.plan->latency < kTooShort;
  }

  // Times are compared with estimates of a CPU, and those of accelerators,
  // which are simulated, are exact.
  double Optimism() const {
    if (!ratio_) return kOptimismUnknown;
    const bool all_cpu =
        std::all_of(devices_.begin(), devices_.end(),
                    [](const auto& device) { return !!device; });
    const double optimism = kPartIsFaster * *ratio_;
    return all_cpu ? optimism : std::min(1.0, optimism);
  }

  void Know(const LearntCost& learnt) {
    if (problem_.is_cpu(learnt.device_class)) {
      start_.known.push_back({learnt.segment, learnt.device_class, learnt.cost,
                              Origin::kMeasured});
    }
  }

  void KeepIfBetter(const std::optional<Plan>& plan, double share) {
    if (!plan) return;
    if (!start_.plan ||
        static_cast<double>(plan->period.count()) <
            share * static_cast<double>(start_.plan->period.count())) {
      start_.plan = plan;
    }
  }

  ModelProblem problem_;
  std::vector<std::unique_ptr<Device>> devices_;  // of each kind
  ProfileCache* cache_;
  std::optional<double> ratio_;  // of a CPU's times and their estimates
  MeasuredStart start_;
};

}  // namespace

MeasuredStart MeasureStart(const Model& model, const DevicePool& pool,
                           const MeasuringOptions& options) {
  return Measuring(model, pool, options).Run();
}

}  // namespace coralline::internal
