#include "coralline/cli/run_report.h"

#include <algorithm>

namespace coralline::cli {

bool IsEmulated(const RunReport& report, const ReplicaStats& replica) {
  const auto number = static_cast<std::size_t>(replica.device);
  return replica.emulation ||
         (number < report.is_emulated.size() && report.is_emulated[number]);
}

bool IsEmulated(const RunReport& report) {
  return std::any_of(report.is_emulated.begin(), report.is_emulated.end(),
                     [](bool is_emulated) { return is_emulated; });
}

bool HasChanged(const RunReport& report) {
  const auto& events = report.stats.events;
  return std::any_of(events.begin(), events.end(), [](const auto& event) {
    return event.kind == EventKind::kDeployed ||
           event.kind == EventKind::kRebalanced;
  });
}

const Segment* SegmentOf(const RunReport& report, std::size_t stage) {
  const auto& planned = report.plan.stages;
  if (HasChanged(report) || stage >= planned.size()) return nullptr;
  return &planned[stage].segment;
}

std::optional<double> PredictedThroughput(const RunReport& report) {
  if (report.plan.period.count() <= 0) return std::nullopt;
  return 1 / std::chrono::duration<double>(report.plan.period).count();
}

bool IsUnstable(const RunStats& stats) {
  constexpr double kSteady = 0.05;
  return stats.windows.variation().value_or(0) > kSteady;
}

bool IsTraceCut(const RunReport& report) {
  return report.trace.size() >= static_cast<std::size_t>(report.trace_capacity);
}

}  // namespace coralline::cli
