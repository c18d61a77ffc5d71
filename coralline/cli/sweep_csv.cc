#include <fmt/format.h>

#include "coralline/cli/sweep_report.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

constexpr const char* kColumns =
    "model,ops,cpu_ops,parameter_bytes,macs,device,host,origin,count,strategy,"
    "stages,devices,period_ns,low_ns,high_ns,per_second,latency_ns,speed_up,"
    "split_layers,on_chip_bytes,"
    "off_chip_bytes,worst_off_chip_bytes,optimal_ahead,certificate,bound_ns,"
    "why_not\n";

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string Number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4f}", *value) : std::string();
}

}  // namespace

std::string SweepCsv(const std::vector<SweepRow>& rows,
                     const SweepHeading& heading) {
  const SweepSummary summary(rows, heading.objective);
  std::string csv = kColumns;
  for (const SweepRow& row : rows) {
    const SweptModel& model = row.model;
    csv +=
        fmt::format("{},{},{},{},{},{},{},simulated,{},{},", Quoted(model.name),
                    model.ops, model.cpu_ops, model.parameter_bytes, model.macs,
                    Quoted(heading.device), heading.host, row.count,
                    StrategyName(row.strategy));
    if (const auto& plan = row.plan) {
      csv += fmt::format(
          "{},{},{},{},{},{:.4f},{},{},{},{},{},{},{},{},{},\n", plan->stages,
          plan->devices, plan->period.count(), plan->low.count(),
          plan->high.count(), 1e9 / static_cast<double>(plan->period.count()),
          plan->latency.count(), Number(SweepSummary::SpeedUp(row)),
          plan->split_layers, plan->on_chip_bytes, plan->off_chip_bytes,
          plan->worst_off_chip_bytes, Number(summary.OptimalAhead(row)),
          Quoted(plan->certificate),
          plan->certificate.empty() ? std::string()
                                    : std::to_string(plan->bound_ns));
    } else {
      csv += fmt::format(",,,,,,,,,,,,,,,{}\n", Quoted(row.why_not));
    }
  }
  return csv;
}

}  // namespace coralline::cli
