#include "coralline/sweep/row_json.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "coralline/base/json_reader.h"

namespace coralline {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr int kMaxStages = 1 << 20;

Json PlanJson(const SweptPlan& plan) {
  return {{"stages", plan.stages},
          {"devices", plan.devices},
          {"period_ns", plan.period.count()},
          {"latency_ns", plan.latency.count()},
          {"low_ns", plan.low.count()},
          {"high_ns", plan.high.count()},
          {"split_layers", plan.split_layers},
          {"on_chip_bytes", plan.on_chip_bytes},
          {"off_chip_bytes", plan.off_chip_bytes},
          {"worst_off_chip_bytes", plan.worst_off_chip_bytes},
          {"certificate", plan.certificate},
          {"bound_ns", plan.bound_ns}};
}

std::int64_t Whole(const JsonReader& json, std::string_view name) {
  return json.Member(name).Whole(0, std::numeric_limits<std::int64_t>::max(),
                                 "a whole number of 0 or more");
}

int Small(const JsonReader& json, std::string_view name) {
  return static_cast<int>(
      json.Member(name).Whole(0, kMaxStages, "a small whole number"));
}

std::optional<SweptPlan> PlanOf(const JsonReader& json) {
  if (!json.is_there()) return std::nullopt;
  return SweptPlan{.stages = Small(json, "stages"),
                   .devices = Small(json, "devices"),
                   .period = nanoseconds(Whole(json, "period_ns")),
                   .latency = nanoseconds(Whole(json, "latency_ns")),
                   .low = nanoseconds(Whole(json, "low_ns")),
                   .high = nanoseconds(Whole(json, "high_ns")),
                   .split_layers = Small(json, "split_layers"),
                   .on_chip_bytes = Whole(json, "on_chip_bytes"),
                   .off_chip_bytes = Whole(json, "off_chip_bytes"),
                   .worst_off_chip_bytes = Whole(json, "worst_off_chip_bytes"),
                   .certificate = json.Member("certificate").Text(),
                   .bound_ns = Whole(json, "bound_ns")};
}

}  // namespace

std::string FormatSweepRow(const SweepRow& row) {
  Json json = {{"model", row.model.name},
               {"model_hash", row.model.hash},
               {"ops", row.model.ops},
               {"cpu_ops", row.model.cpu_ops},
               {"parameter_bytes", row.model.parameter_bytes},
               {"macs", row.model.macs},
               {"count", row.count},
               {"strategy", StrategyName(row.strategy)}};
  json["alone"] = row.model.alone ? PlanJson(*row.model.alone) : Json();
  json["plan"] = row.plan ? PlanJson(*row.plan) : Json();
  json["why_not"] = row.why_not;
  // What is no UTF-8, in the name of a tensor, is replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

SweepRow ParseSweepRow(std::string_view text, const std::string& file) {
  const JsonReader json = JsonReader::Parse(text, file, "a row of a sweep");
  return {.model = {.name = json.Member("model").Text(),
                    .hash = json.Member("model_hash").Text(),
                    .ops = Small(json, "ops"),
                    .cpu_ops = Small(json, "cpu_ops"),
                    .parameter_bytes = Whole(json, "parameter_bytes"),
                    .macs = Whole(json, "macs"),
                    .alone = PlanOf(json.Member("alone"))},
          .count = Small(json, "count"),
          .strategy = ParseStrategy(json.Member("strategy").Text()),
          .plan = PlanOf(json.Member("plan")),
          .why_not = json.Member("why_not").Text()};
}

}  // namespace coralline
