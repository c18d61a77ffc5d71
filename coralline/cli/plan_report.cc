#include "coralline/cli/plan_report.h"

#include <fmt/format.h>

#include "coralline/cli/format.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

double Ms(nanoseconds time) {
  constexpr double kNanosecondsPerMs = 1e6;
  return static_cast<double>(time.count()) / kNanosecondsPerMs;
}

std::string Number(double ms) { return fmt::format("{:.3f}", ms); }

std::string DeviceText(const PlannedStage& stage, const ModelProblem& problem) {
  const auto& name = problem.problem().classes[stage.device_class].name;
  return stage.replicas == 1 ? name
                             : fmt::format("{} x {}", stage.replicas, name);
}

}  // namespace

std::string FormatMs(nanoseconds time) {
  return fmt::format("{:.3f} ms", Ms(time));
}

std::string FormatRatio(nanoseconds slow, nanoseconds fast) {
  return fmt::format("{:.2f}x", Ms(slow) / Ms(fast));
}

std::string ClaimText(const Plan& plan, Objective objective) {
  if (!plan.certificate) return "none: made by another method";
  return ClaimText(*plan.certificate, std::get<0>(ValueOf(plan, objective)));
}

std::string StageTable(const ExplainedPlan& explained,
                       const ModelProblem& problem) {
  Table table({"stage>", "ops", "devices", "on chip>", "streamed>",
               "a request, ms>", "every, ms>"});
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    const Placement& placement = explained.parts[i].placement;
    table.AddRow({std::to_string(i), FormatSegment(stage.segment),
                  DeviceText(stage, problem),
                  FormatBytes(placement.cached_bytes),
                  FormatBytes(placement.streamed_bytes),
                  Number(Ms(stage.cost.busy)), Number(Ms(stage.period()))});
  }
  return table.Format();
}

std::string TimeTable(const ExplainedPlan& explained) {
  Table table({"stage>", "compute>", "streaming>", "transfer>", "fixed>",
               "hand-off>", "a request, ms>", "replicas>", "every, ms>"});
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    const SegmentCost& cost = explained.parts[i];
    // What the host adds, and what it computes where a device cannot.
    const double host_ms = Ms(stage.cost.busy) - cost.warm_ms();
    table.AddRow({std::to_string(i), Number(cost.compute_ms),
                  Number(cost.streaming_ms),
                  Number(cost.input_ms + cost.output_ms + cost.relayout_ms),
                  Number(cost.fixed_ms + cost.instructions_ms),
                  Number(std::max(0.0, host_ms)), Number(Ms(stage.cost.busy)),
                  std::to_string(stage.replicas), Number(Ms(stage.period()))});
  }
  return table.Format();
}

std::string FrontTable(const std::vector<Plan>& front,
                       const ModelProblem& problem) {
  Table table({"devices>", "stages>", "every, ms>", "per second>",
               "latency, ms>", "cuts"});
  for (const Plan& plan : front) {
    std::string cuts;
    for (const PlannedStage& stage : plan.stages) {
      cuts += fmt::format(
          "{}{}{}", cuts.empty() ? "" : " | ", FormatSegment(stage.segment),
          stage.replicas == 1 ? std::string()
                              : fmt::format(" x{}", stage.replicas));
    }
    table.AddRow({std::to_string(NumDevices(plan, problem)),
                  std::to_string(plan.stages.size()), Number(Ms(plan.period)),
                  fmt::format("{:.1f}", 1e3 / Ms(plan.period)),
                  Number(Ms(plan.latency)), cuts});
  }
  return table.Format();
}

}  // namespace coralline::cli
