#include <nlohmann/json.hpp>

#include "coralline/cli/sweep_report.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

Json OrNull(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json PlanJson(const SweptPlan& plan) {
  return {{"stages", plan.stages},
          {"devices", plan.devices},
          {"period_ns", plan.period.count()},
          {"low_ns", plan.low.count()},
          {"high_ns", plan.high.count()},
          {"per_second", 1e9 / static_cast<double>(plan.period.count())},
          {"latency_ns", plan.latency.count()},
          {"split_layers", plan.split_layers},
          {"on_chip_bytes", plan.on_chip_bytes},
          {"off_chip_bytes", plan.off_chip_bytes},
          {"worst_off_chip_bytes", plan.worst_off_chip_bytes}};
}

Json RowJson(const SweepRow& row, const SweepSummary& summary) {
  Json json = {{"count", row.count}, {"strategy", StrategyName(row.strategy)}};
  if (!row.plan) {
    json["why_not"] = row.why_not;
    return json;
  }
  json.update(PlanJson(*row.plan));
  json["speed_up"] = OrNull(SweepSummary::SpeedUp(row));
  json["optimal_ahead"] = OrNull(summary.OptimalAhead(row));
  if (row.plan->certificate.empty()) return json;
  json["certificate"] = {{"claim", row.plan->certificate},
                         {"bound_ns", row.plan->bound_ns}};
  return json;
}

}  // namespace

std::string SweepJson(const std::vector<SweepRow>& rows,
                      const SweepHeading& heading) {
  const SweepSummary summary(rows, heading.objective);
  Json models = Json::array();
  for (const SweptModel& model : summary.models()) {
    const auto enough = summary.EnoughDevices(model.name);
    models.push_back(
        {{"model", model.name},
         {"ops", model.ops},
         {"cpu_ops", model.cpu_ops},
         {"parameter_bytes", model.parameter_bytes},
         {"macs", model.macs},
         {"one_device", model.alone ? PlanJson(*model.alone) : Json()},
         {"enough_devices", enough ? Json(*enough) : Json()},
         {"rows", Json::array()}});
    for (const SweepRow& row : rows) {
      if (row.model.name != model.name) continue;
      models.back()["rows"].push_back(RowJson(row, summary));
    }
  }
  const Json json = {{"device", heading.device},
                     {"host", heading.host},
                     {"objective", ObjectiveName(heading.objective)},
                     {"origin", "simulated"},
                     {"models", models}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace coralline::cli
