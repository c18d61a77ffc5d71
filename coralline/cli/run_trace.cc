#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "coralline/base/json_reader.h"
#include "coralline/cli/run_report.h"
#include "coralline/trace/request_trace.h"

namespace coralline::cli {
namespace {

// Its stage and its device: the inferences of both do not overlap.
using Lane = std::pair<int, int>;

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

// Emulated ones say so by themselves, where they have served.
std::string DeviceText(const RunReport& report, int device,
                       const std::string& name) {
  const std::string_view origin =
      IsEmulated(report, {.device = device}) ? ", emulated" : ", measured";
  return fmt::format("device {}{}{}{}", device, name.empty() ? "" : ": ", name,
                     name.ends_with(origin) ? "" : origin);
}

std::map<Lane, int> LanesOf(const RunReport& report) {
  std::map<Lane, int> lanes;
  for (const TraceEvent& event : report.trace) {
    lanes[{event.stage, event.device}];
  }
  int next = 0;
  for (auto& [lane, number] : lanes) number = next++;
  return lanes;
}

std::string StageText(const RunReport& report, int stage) {
  const Segment* segment = SegmentOf(report, stage);
  return segment ? fmt::format("stage {}: {}", stage, FormatSegment(*segment))
                 : fmt::format("stage {}", stage);
}

RequestTrace LayoutOf(const RunReport& report,
                      const std::map<Lane, int>& lanes) {
  RequestTrace layout{.process = report.model,
                      .origin = IsEmulated(report) ? "emulated" : "measured"};
  for (const auto& [lane, number] : lanes) {
    const auto [stage, device] = lane;
    layout.lanes.push_back(
        fmt::format("{}, device {}", StageText(report, stage), device));
    // When a request was handed in is not among what is traced.
    layout.queues.resize(stage + 1);
    if (stage > 0) {
      layout.queues[stage] = fmt::format("queue before stage {}", stage);
    }
  }
  return layout;
}

// By their begin, the first ones of all devices together. As each device
// records as many, none is missing among them.
std::vector<TracedVisit> VisitsOf(const RunReport& report,
                                  const std::map<Lane, int>& lanes) {
  std::vector<TracedVisit> visits;
  for (const TraceEvent& event : report.trace) {
    visits.push_back({.request = static_cast<std::int64_t>(event.request),
                      .stage = event.stage,
                      .lane = lanes.at({event.stage, event.device}),
                      .begin = event.start,
                      .end = event.end});
  }
  KeepFirst(visits, report.trace_capacity);
  return visits;
}

// A request waits for a stage since it left the one before; one that starts
// again after a fault was not handed on.
void SetQueued(std::vector<TracedVisit>& visits) {
  std::map<std::int64_t, const TracedVisit*> last;
  for (TracedVisit& visit : visits) {
    const TracedVisit*& before = last[visit.request];
    if (before && before->stage + 1 == visit.stage &&
        before->end <= visit.begin) {
      visit.queued = before->end;
    }
    before = &visit;
  }
}

// Named by their stages, which colours them.
void AddDevices(ChromeTrace& trace, const RunReport& report,
                const RequestTrace& layout,
                const std::vector<TracedVisit>& visits) {
  const int process = trace.AddProcess(ProcessName(layout, "devices"));
  std::map<int, TraceTrack> tracks;
  for (const auto& [device, name] : DeviceNames(report)) {
    tracks[device] = trace.AddTrack(process, DeviceText(report, device, name));
  }
  std::vector<int> device_of;  // by lane
  for (const auto& [lane, number] : LanesOf(report)) {
    device_of.push_back(lane.second);
  }
  for (const TracedVisit& visit : visits) {
    trace.AddSlice(tracks.at(device_of[visit.lane]),
                   fmt::format("stage {}", visit.stage), visit.begin, visit.end,
                   {{"request", visit.request}});
  }
}

void AddEvents(ChromeTrace& trace, const RunReport& report,
               const RequestTrace& layout) {
  if (report.stats.events.empty()) return;
  const int process = trace.AddProcess(ProcessName(layout, "events"));
  const TraceTrack track = trace.AddTrack(process, "faults and deployments");
  for (const PipelineEvent& event : report.stats.events) {
    trace.AddInstant(track, event.text, event.at);
  }
}

}  // namespace

std::string RunTraceJson(const RunReport& report) {
  const std::map<Lane, int> lanes = LanesOf(report);
  const RequestTrace layout = LayoutOf(report, lanes);
  std::vector<TracedVisit> visits = VisitsOf(report, lanes);
  SetQueued(visits);

  ChromeTrace trace;
  AddEvents(trace, report, layout);
  AddRequests(trace, layout, visits);
  AddDevices(trace, report, layout, visits);
  return std::move(trace).Finish(
      fmt::format(R"({{"model":{},"origin":"{}","truncated":{}}})",
                  QuoteJson(report.model), layout.origin, IsTraceCut(report)));
}

}  // namespace coralline::cli
