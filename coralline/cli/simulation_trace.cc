#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "coralline/base/json_reader.h"
#include "coralline/cli/simulation_facts.h"
#include "coralline/cli/simulation_report.h"
#include "coralline/trace/request_trace.h"

namespace coralline::cli {
namespace {

using Time = ChromeTrace::Time;

Time TimeOf(double ms) { return Time(std::llround(ms * 1e6)); }

// The place of each stage's first device among all of them.
std::vector<int> FirstLanes(const Simulation& simulation) {
  std::vector<int> first;
  int num_lanes = 0;
  for (const SimulatedStage& stage : simulation.stages) {
    first.push_back(num_lanes);
    num_lanes += stage.replicas;
  }
  return first;
}

std::string ReplicaText(const SimulatedStage& stage, int replica) {
  return stage.replicas > 1 ? fmt::format(", replica {}", replica) : "";
}

RequestTrace LayoutOf(const Simulation& simulation) {
  RequestTrace layout{.process = simulation.model.name, .origin = "simulated"};
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    for (int replica = 0; replica < stage.replicas; ++replica) {
      layout.lanes.push_back(fmt::format("stage {}: {}{}", i,
                                         FormatSegment(stage.segment),
                                         ReplicaText(stage, replica)));
    }
    layout.queues.push_back(fmt::format("queue before stage {}", i));
  }
  return layout;
}

std::vector<TracedVisit> AllVisits(const Simulation& simulation) {
  const std::vector<int> first_lanes = FirstLanes(simulation);
  std::vector<TracedVisit> visits;
  for (const StageVisit& visit : simulation.schedule.visits) {
    visits.push_back({.request = visit.request,
                      .stage = visit.stage,
                      .lane = first_lanes[visit.stage] + visit.replica,
                      .begin = TimeOf(visit.taken_ms),
                      .end = TimeOf(visit.finished_ms),
                      .blocked_until = TimeOf(visit.left_ms),
                      .queued = TimeOf(visit.queued_ms)});
  }
  return visits;
}

// By their ends.
std::vector<TimelineEntry> StepsUntil(const Simulation& simulation, Time end) {
  std::vector<TimelineEntry> steps;
  for (const TimelineEntry& entry : simulation.schedule.timeline) {
    if (TimeOf(entry.end_ms) <= end) steps.push_back(entry);
  }
  return steps;
}

// A step in its parts, which end where it ends.
void AddStep(ChromeTrace& trace, TraceTrack track, const SegmentCost& cost,
             const Step& step, const TimelineEntry& entry) {
  const std::vector<StepPart> parts = PartsOf(cost, step);
  Time begin = TimeOf(entry.begin_ms);
  double ms = entry.begin_ms;
  for (const StepPart& part : parts) {
    ms += part.ms;
    const bool is_last = &part == &parts.back();
    const Time end =
        TimeOf(is_last ? entry.end_ms : std::min(ms, entry.end_ms));
    if (begin < end) {
      trace.AddSlice(track, part.name, begin, end,
                     {{"request", entry.request}});
    }
    begin = end;
  }
}

void AddDevices(ChromeTrace& trace, const Simulation& simulation,
                const std::vector<TimelineEntry>& steps, int process) {
  std::vector<TraceTrack> tracks;
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    for (int replica = 0; replica < stage.replicas; ++replica) {
      tracks.push_back(trace.AddTrack(
          process, fmt::format("device {}: {}, {}, stage {}", tracks.size(),
                               DeviceName(simulation, stage),
                               simulation.origin(stage), i)));
    }
  }
  const std::vector<int> first_lanes = FirstLanes(simulation);
  for (const TimelineEntry& entry : steps) {
    AddStep(trace, tracks[first_lanes[entry.stage] + entry.replica],
            simulation.stages[entry.stage].cost,
            simulation.schedule.StepOf(entry), entry);
  }
}

// Of each resource that a stage uses, for its name.
std::map<int, std::set<int>> StagesByResource(const Schedule& schedule) {
  std::map<int, std::set<int>> stages;
  for (std::size_t i = 0; i < schedule.stages.size(); ++i) {
    for (const Step& step : schedule.stages[i].steps) {
      if (step.resource == Step::kOwn) continue;
      stages[step.resource].insert(static_cast<int>(i));
    }
  }
  return stages;
}

void AddLinks(ChromeTrace& trace, const Simulation& simulation,
              const std::vector<TimelineEntry>& steps,
              const RequestTrace& layout) {
  const auto stages = StagesByResource(simulation.schedule);
  if (stages.empty()) return;
  const int process = trace.AddProcess(ProcessName(layout, "links"));
  std::map<int, TraceTrack> tracks;
  for (const auto& [resource, users] : stages) {
    const std::string name =
        resource == 0 ? fmt::format("host lock: {}", simulation.options.host)
                      : fmt::format("link {}: stages {}", resource - 1,
                                    fmt::join(users, ", "));
    tracks[resource] = trace.AddTrack(process, name);
  }
  for (const TimelineEntry& entry : steps) {
    const int resource = simulation.schedule.StepOf(entry).resource;
    const Time begin = TimeOf(entry.begin_ms);
    const Time end = TimeOf(entry.end_ms);
    if (resource == Step::kOwn || begin == end) continue;
    trace.AddSlice(tracks.at(resource), fmt::format("stage {}", entry.stage),
                   begin, end, {{"request", entry.request}});
  }
}

}  // namespace

std::string SimulationTraceJson(const Simulation& simulation) {
  const RequestTrace layout = LayoutOf(simulation);
  std::vector<TracedVisit> visits = AllVisits(simulation);
  const bool is_cut = KeepFirst(visits, kSimulatedTraceCapacity);
  Time end{0};
  for (const TracedVisit& visit : visits) end = std::max(end, visit.end);
  const std::vector<TimelineEntry> steps = StepsUntil(simulation, end);

  ChromeTrace trace;
  AddRequests(trace, layout, std::move(visits));
  AddDevices(trace, simulation, steps,
             trace.AddProcess(ProcessName(layout, "devices")));
  AddLinks(trace, simulation, steps, layout);
  return std::move(trace).Finish(
      fmt::format(R"({{"model":{},"origin":"simulated","truncated":{}}})",
                  QuoteJson(simulation.model.name), is_cut));
}

bool IsTraceCut(const Simulation& simulation) {
  return simulation.schedule.visits.size() > kSimulatedTraceCapacity;
}

}  // namespace coralline::cli
