#include <nlohmann/json.hpp>

#include "coralline/c_api/internal/border.h"
#include "coralline/c_api/internal/handles.h"

namespace coralline::c_api {
namespace {

using Json = nlohmann::ordered_json;

Json JsonOf(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"min", histogram.min().count()},
          {"mean", histogram.mean().count()},
          {"median", histogram.Percentile(50).count()},
          {"p90", histogram.Percentile(90).count()},
          {"p99", histogram.Percentile(99).count()},
          {"max", histogram.max().count()},
          {"sum", histogram.sum().count()}};
}

Json JsonOf(const EmulationStats& emulation) {
  return {{"simulated_ns", emulation.simulated.count()},
          {"overshoot_ns", JsonOf(emulation.overshoot)},
          {"computes", emulation.computes},
          {"compute_longer", emulation.compute_longer}};
}

Json JsonOf(const ReplicaStats& replica) {
  Json json = {{"device", replica.device},
               {"description", replica.description},
               {"origin", replica.emulation ? "emulated" : "measured"},
               {"predicted_ns", replica.predicted.count()},
               {"busy_ns", JsonOf(replica.busy)},
               {"hop_ns", JsonOf(replica.hop)},
               {"waiting_ns", replica.waiting.count()},
               {"temperature_c", nullptr},
               {"emulation", nullptr}};
  if (replica.temperature) json["temperature_c"] = *replica.temperature;
  if (replica.emulation) json["emulation"] = JsonOf(*replica.emulation);
  return json;
}

Json JsonOf(const StageStats& stage) {
  Json replicas = Json::array();
  for (const auto& replica : stage.replicas)
    replicas.push_back(JsonOf(replica));
  return {{"queue", stage.queue}, {"replicas", std::move(replicas)}};
}

std::int32_t NumDevices(const PipelineStats& stats) {
  std::size_t devices = 0;
  for (const auto& stage : stats.stages) devices += stage.replicas.size();
  return static_cast<std::int32_t>(devices);
}

const char* NameOf(EventKind kind) {
  switch (kind) {
    case EventKind::kDeviceFailed:
      return "device failed";
    case EventKind::kDeviceStalled:
      return "device stalled";
    case EventKind::kDeviceReturned:
      return "device returned";
    case EventKind::kDeployed:
      return "deployed";
    case EventKind::kRebalanced:
      return "rebalanced";
    case EventKind::kNoDevice:
      return "no device";
  }
  return "unknown";
}

Json JsonOf(const PipelineEvent& event) {
  return {{"at_ns", event.at.count()},
          {"kind", NameOf(event.kind)},
          {"device", event.device},
          {"text", event.text}};
}

Json JsonOf(const PipelineStats& stats) {
  Json stages = Json::array();
  for (const auto& stage : stats.stages) stages.push_back(JsonOf(stage));
  Json events = Json::array();
  for (const auto& event : stats.events) events.push_back(JsonOf(event));
  return {{"accepted", stats.accepted},  {"done", stats.done},
          {"failed", stats.failed},      {"cancelled", stats.cancelled},
          {"expired", stats.expired},    {"rerun", stats.rerun},
          {"stages", std::move(stages)}, {"events", std::move(events)}};
}

}  // namespace
}  // namespace coralline::c_api

using namespace coralline::c_api;

coralline_status coralline_get_totals(const coralline_pipeline* pipeline,
                                      coralline_totals* totals) {
  return Guard([&] {
    const auto& from = Required(pipeline, "pipeline").pipeline();
    const auto stats = from.Stats();
    Fill(totals,
         {.size = 0,
          .accepted = stats.accepted,
          .done = stats.done,
          .failed = stats.failed,
          .cancelled = stats.cancelled,
          .expired = stats.expired,
          .rerun = stats.rerun,
          .num_stages = static_cast<int32_t>(stats.stages.size()),
          .num_devices = NumDevices(stats),
          .max_in_flight = from.max_in_flight(),
          .reserved = 0},
         "coralline_totals");
    return CORALLINE_OK;
  });
}

coralline_status coralline_stats_json(const coralline_pipeline* pipeline,
                                      char* buffer, size_t capacity,
                                      size_t* needed) {
  return Guard([&] {
    const auto& from = Required(pipeline, "pipeline").pipeline();
    // What a device calls itself may be no UTF-8: replaced, not thrown.
    const std::string text =
        JsonOf(from.Stats())
            .dump(2, ' ', false, Json::error_handler_t::replace);
    Required(needed, "needed") = text.size();
    if (text.size() >= capacity) return CORALLINE_OK;
    std::memcpy(&Required(buffer, "buffer"), text.c_str(), text.size() + 1);
    return CORALLINE_OK;
  });
}

coralline_status coralline_reset_stats(coralline_pipeline* pipeline) {
  return Guard([&] {
    Required(pipeline, "pipeline").pipeline().ResetStats();
    return CORALLINE_OK;
  });
}
