#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "coralline/cli/run_report.h"

namespace coralline::cli {
namespace {

std::string JsonText(const std::string& text) {
  return nlohmann::json(text).dump();
}

// Microseconds, the unit of the format.
double Us(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}

// Of all that did something, by number.
std::map<int, std::string> DeviceNames(const RunReport& report) {
  std::map<int, std::string> names;
  for (const TraceEvent& event : report.trace) names[event.device];
  for (const auto& [device, description] : report.devices) {
    names[device] = description;
  }
  for (const StageStats& stage : report.stats.stages) {
    for (const ReplicaStats& replica : stage.replicas) {
      names[replica.device] = replica.description;
    }
  }
  return names;
}

}  // namespace

// Written as text: as JSON values, a long trace would take ten times the room.
std::string RunTraceJson(const RunReport& report) {
  std::string text = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
  auto out = std::back_inserter(text);
  fmt::format_to(out,
                 R"({{"ph":"M","name":"process_name","pid":1,)"
                 R"("args":{{"name":{}}}}})",
                 JsonText(report.model +
                          (IsEmulated(report) ? ", emulated" : ", measured")));
  for (const auto& [device, name] : DeviceNames(report)) {
    fmt::format_to(out,
                   ",\n"
                   R"({{"ph":"M","name":"thread_name","pid":1,"tid":{},)"
                   R"("args":{{"name":{}}}}})",
                   device, JsonText(fmt::format("device {} {}", device, name)));
  }
  for (const TraceEvent& event : report.trace) {
    fmt::format_to(out,
                   ",\n"
                   R"({{"ph":"X","name":"stage {}","pid":1,"tid":{},)"
                   R"("ts":{:.3f},"dur":{:.3f},"args":{{"request":{}}}}})",
                   event.stage, event.device, Us(event.start),
                   Us(event.end - event.start), event.request);
  }
  for (const PipelineEvent& event : report.stats.events) {
    fmt::format_to(out,
                   ",\n"
                   R"({{"ph":"i","s":"g","name":{},"pid":1,"tid":{},)"
                   R"("ts":{:.3f}}})",
                   JsonText(event.text), std::max(event.device, 0),
                   Us(event.at));
  }
  fmt::format_to(out, "\n],\"otherData\":{{\"truncated\":{}}}}}\n",
                 IsTraceCut(report));
  return text;
}

}  // namespace coralline::cli
