#include <nlohmann/json.hpp>

#include "coralline/base/check.h"
#include "coralline/cli/run_report.h"
#include "coralline/cli/splits_text.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json HistogramJson(const Histogram& histogram) {
  return {{"min", histogram.min().count()},
          {"mean", histogram.mean().count()},
          {"median", histogram.Percentile(50).count()},
          {"p90", histogram.Percentile(90).count()},
          {"p95", histogram.Percentile(95).count()},
          {"p99", histogram.Percentile(99).count()},
          {"max", histogram.max().count()}};
}

Json EmulationJson(const EmulationStats& emulation) {
  return {{"simulated_ns", emulation.simulated.count()},
          {"overshoot_ns", HistogramJson(emulation.overshoot)},
          {"computes", emulation.computes},
          {"compute_longer", emulation.compute_longer}};
}

const char* OriginOf(const RunReport& report, const ReplicaStats& replica) {
  return IsEmulated(report, replica) ? "emulated" : "measured";
}

Json TimeOrNull(std::chrono::nanoseconds time) {
  return time.count() > 0 ? Json(time.count()) : Json();
}

Json ReplicaJson(const RunReport& report, const ReplicaStats& replica) {
  Json json = {{"number", replica.device},
               {"device", replica.description},
               {"origin", OriginOf(report, replica)},
               {"predicted_ns", TimeOrNull(replica.predicted)},
               {"count", replica.busy.count()},
               {"latency_ns", HistogramJson(replica.busy)},
               {"busy_ns", replica.busy.sum().count()},
               {"waiting_for_input_ns", replica.waiting.count()},
               {"hop_ns", HistogramJson(replica.hop)},
               {"temperature_c", OrNull(replica.temperature)}};
  if (replica.emulation) json["emulation"] = EmulationJson(*replica.emulation);
  return json;
}

Json StageJson(const RunReport& report, std::size_t index) {
  const StageStats& stage = report.stats.stages[index];
  const ReplicaStats& first = stage.replicas.front();
  const Segment* segment = SegmentOf(report, index);
  const Histogram busy = stage.busy();
  Histogram hop;
  std::chrono::nanoseconds waiting{0};
  Json replicas = Json::array();
  for (const ReplicaStats& replica : stage.replicas) {
    hop.Add(replica.hop);
    waiting += replica.waiting;
    replicas.push_back(ReplicaJson(report, replica));
  }
  Json json = {{"device", first.description},
               {"origin", OriginOf(report, first)},
               {"ops", segment ? Json(segment->ops) : Json()},
               {"predicted_ns", TimeOrNull(first.predicted)},
               {"count", busy.count()},
               {"latency_ns", HistogramJson(busy)},
               {"busy_ns", busy.sum().count()},
               {"waiting_for_input_ns", waiting.count()},
               {"hop_ns", HistogramJson(hop)}};
  if (first.emulation) json["emulation"] = EmulationJson(*first.emulation);
  json["replicas"] = replicas;
  return json;
}

// What the first plan expects, and what came of it.
Json PredictedJson(const RunReport& report) {
  const auto throughput = PredictedThroughput(report);
  if (!throughput) return nullptr;
  Json stages = Json::array();
  for (std::size_t i = 0; i < report.plan.stages.size(); ++i) {
    const PlannedStage& stage = report.plan.stages[i];
    stages.push_back({{"ops", stage.segment.ops},
                      {"device", report.class_names.at(i)},
                      {"replicas", stage.replicas},
                      {"busy_ns", stage.cost.busy.count()}});
  }
  return {{"origin", report.plan_origin},
          {"throughput_rps", *throughput},
          {"period_ns", report.plan.period.count()},
          {"latency_ns", TimeOrNull(report.plan.latency)},
          {"achieved", report.stats.throughput_rps / *throughput},
          {"stages", stages}};
}

const char* KindName(EventKind kind) {
  switch (kind) {
    case EventKind::kDeviceFailed:
      return "device_failed";
    case EventKind::kDeviceStalled:
      return "device_stalled";
    case EventKind::kDeviceReturned:
      return "device_returned";
    case EventKind::kDeployed:
      return "deployed";
    case EventKind::kRebalanced:
      return "rebalanced";
    case EventKind::kNoDevice:
      return "no_device";
  }
  CORALLINE_CHECK(false);
}

Json EventsJson(const RunStats& stats) {
  Json events = Json::array();
  for (const PipelineEvent& event : stats.events) {
    events.push_back(
        {{"at_ns", event.at.count()},
         {"kind", KindName(event.kind)},
         {"device", event.device < 0 ? Json() : Json(event.device)},
         {"text", event.text}});
  }
  return events;
}

Json CheckJson(const OutputCheck& check) {
  return {{"model", check.reference()},
          {"compared", check.compared()},
          {"different", check.different()},
          {"largest_difference", check.largest()},
          {"first_difference",
           check.first().empty() ? Json() : Json(check.first())}};
}

}  // namespace

std::string RunJson(const RunReport& report) {
  const RunStats& stats = report.stats;
  Json stages = Json::array();
  for (std::size_t i = 0; i < stats.stages.size(); ++i) {
    stages.push_back(StageJson(report, i));
  }
  Json json = {{"model", report.model},
               {"origin", IsEmulated(report) ? "emulated" : "measured"},
               {"tflite", OrNull(report.tflite)},
               {"requests", stats.requests},
               {"done", stats.done()},
               {"failed", stats.failed},
               {"expired", stats.expired},
               {"cancelled", stats.cancelled},
               {"rerun", stats.rerun},
               {"error", stats.error ? Json(stats.error->what()) : Json()},
               {"duration_ns", stats.wall.count()},
               {"throughput_rps", stats.throughput_rps},
               {"throughput_variation", OrNull(stats.windows.variation())},
               {"unstable", IsUnstable(stats)},
               {"latency_ns", HistogramJson(stats.latency)},
               {"interrupted", stats.stopped},
               {"predicted", PredictedJson(report)},
               {"stages", stages},
               {"events", EventsJson(stats)}};
  if (report.check) json["reference"] = CheckJson(*report.check);
  if (!report.splits.empty()) {
    json["split_layers"] = SplitsJson<Json>(report.splits);
  }
  return json.dump(2) + '\n';
}

}  // namespace coralline::cli
