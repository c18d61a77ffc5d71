#include "coralline/trace/request_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {
namespace {

using Time = ChromeTrace::Time;
using Visits = std::span<const TracedVisit>;

bool IsBefore(const TracedVisit& a, const TracedVisit& b) {
  return std::tie(a.begin, a.request, a.stage) <
         std::tie(b.begin, b.request, b.stage);
}

// Of one request, in the order of time. A flow needs two slices.
void AddRequest(ChromeTrace& trace, const std::vector<TraceTrack>& lanes,
                Visits visits) {
  for (const TracedVisit& visit : visits) {
    const TraceTrack track = lanes.at(visit.lane);
    trace.AddSlice(track, fmt::format("request {}", visit.request), visit.begin,
                   visit.end);
    if (visits.size() > 1) {
      const FlowStep step = &visit == &visits.front()  ? FlowStep::kBegin
                            : &visit == &visits.back() ? FlowStep::kEnd
                                                       : FlowStep::kContinue;
      trace.AddFlow(step, "request", visit.request, track, visit.begin);
    }
    if (visit.blocked_until.value_or(visit.end) > visit.end) {
      trace.AddSlice(track, "blocked", visit.end, *visit.blocked_until);
    }
  }
}

void AddStages(ChromeTrace& trace, const RequestTrace& layout,
               std::vector<TracedVisit>& visits) {
  const int process = trace.AddProcess(ProcessName(layout, "stages"));
  std::vector<TraceTrack> lanes;
  for (const std::string& name : layout.lanes) {
    lanes.push_back(trace.AddTrack(process, name));
  }
  std::sort(visits.begin(), visits.end(), [](const auto& a, const auto& b) {
    return a.request != b.request ? a.request < b.request : IsBefore(a, b);
  });
  for (auto first = visits.begin(); first != visits.end();) {
    const auto last = std::find_if(first, visits.end(), [&](const auto& visit) {
      return visit.request != first->request;
    });
    AddRequest(trace, lanes, {first, last});
    first = last;
  }
}

// One point for each time at which it changes, and one at the start.
void AddQueue(ChromeTrace& trace, int process, const std::string& name,
              std::map<Time, int> changes) {
  std::int64_t depth = 0;
  changes.try_emplace(Time(0), 0);
  for (const auto& [at, change] : changes) {
    if (change == 0 && at > Time(0)) continue;
    depth += change;
    trace.AddCounter(process, name, "requests", at, depth);
  }
}

void AddQueues(ChromeTrace& trace, const RequestTrace& layout, Visits visits) {
  const bool is_known =
      std::any_of(layout.queues.begin(), layout.queues.end(),
                  [](const std::string& name) { return !name.empty(); });
  if (!is_known) return;
  const int process = trace.AddProcess(ProcessName(layout, "queues"));
  std::vector<std::map<Time, int>> changes(layout.queues.size());
  for (const TracedVisit& visit : visits) {
    if (!visit.queued || layout.queues.at(visit.stage).empty()) continue;
    CORALLINE_CHECK(*visit.queued <= visit.begin);
    ++changes[visit.stage][*visit.queued];
    --changes[visit.stage][visit.begin];
  }
  for (std::size_t stage = 0; stage < changes.size(); ++stage) {
    if (layout.queues[stage].empty()) continue;
    AddQueue(trace, process, layout.queues[stage], std::move(changes[stage]));
  }
}

}  // namespace

std::string ProcessName(const RequestTrace& layout, std::string_view what) {
  return fmt::format("{}: {}, {}", layout.process, what, layout.origin);
}

void AddRequests(ChromeTrace& trace, const RequestTrace& layout,
                 std::vector<TracedVisit> visits) {
  AddStages(trace, layout, visits);
  AddQueues(trace, layout, visits);
}

bool KeepFirst(std::vector<TracedVisit>& visits, std::size_t count) {
  std::sort(visits.begin(), visits.end(), IsBefore);
  if (visits.size() <= count) return false;
  visits.resize(count);
  return true;
}

}  // namespace coralline
