#include "coralline/cli/plan_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/cli/format.h"
#include "coralline/cli/stage_bars.h"
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

// What the host adds, and what it computes where a device cannot. Costs are
// rounded to nanoseconds: what is less than one thousandth of a ms is not.
double HostMs(const PlannedStage& stage, const SegmentCost& cost) {
  const double ms = Ms(stage.cost.busy) - cost.warm_ms();
  return ms < 1e-3 ? 0 : ms;
}

std::string PartsTable(const ExplainedPlan& explained,
                       const Terminal& terminal) {
  Table table({"stage>", "compute>", "streaming>", "transfer>", "fixed>",
               "hand-off>", "a request, ms>", "replicas>", "every, ms>"});
  table.SetBars("time");
  table.LeaveOut({"hand-off", "fixed", "transfer", "compute", "streaming",
                  "replicas", "a request, ms"});
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    const SegmentCost& cost = explained.parts[i];
    const double host_ms = HostMs(stage, cost);
    table.AddRow(
        {std::to_string(i), Number(cost.compute_ms), Number(cost.streaming_ms),
         Number(TransferMs(cost)), Number(FixedMs(cost)), Number(host_ms),
         Number(Ms(stage.cost.busy)), std::to_string(stage.replicas),
         Number(Ms(stage.period()))},
        TimeBar(cost, host_ms, stage.replicas, i == explained.SlowestStage()));
  }
  return table.Format(terminal) + TimeLegend(table, terminal);
}

std::string PeriodTable(const ExplainedPlan& explained,
                        const Terminal& terminal) {
  Table table({"stage>", "a request, ms>", "replicas>", "every, ms>"});
  table.SetBars("time");
  table.LeaveOut({"replicas", "a request, ms"});
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    table.AddRow({std::to_string(i), Number(Ms(stage.cost.busy)),
                  std::to_string(stage.replicas), Number(Ms(stage.period()))},
                 {.parts = {{Ink::kSolid, Ms(stage.period())}},
                  .is_marked = i == explained.SlowestStage()});
  }
  return table.Format(terminal) + BarMark(terminal) + " slowest stage\n";
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
                       const ModelProblem& problem, const Terminal& terminal) {
  Table table({"stage>", "ops", "devices", "on chip>", "streamed>"});
  table.SetBars("memory");
  table.LeaveOut({"devices", "ops", "streamed", "on chip"});
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    const Placement& placement = explained.parts[i].placement;
    table.AddRow(
        {std::to_string(i), FormatSegment(stage.segment),
         DeviceText(stage, problem), FormatBytes(placement.cached_bytes),
         FormatBytes(placement.streamed_bytes)},
        MemoryBar(placement));
  }
  return table.Format(terminal) + MemoryLegend(table, terminal);
}

std::string TimeTable(const ExplainedPlan& explained, bool is_simulated,
                      const Terminal& terminal) {
  return is_simulated ? PartsTable(explained, terminal)
                      : PeriodTable(explained, terminal);
}

std::string FrontTable(const std::vector<Plan>& front,
                       const ModelProblem& problem, const Terminal& terminal) {
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
  table.LeaveOut({"per second", "stages"});
  return table.Format(terminal);
}

}  // namespace coralline::cli
