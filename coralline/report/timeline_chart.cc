#include "coralline/report/timeline_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace coralline {
namespace {

// Of one chart: beyond it nobody sees single ones.
constexpr std::size_t kMaxSpans = 120;

double Ms(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

void SortByBegin(Course& course) {
  std::sort(course.spans.begin(), course.spans.end(),
            [](const StageSpan& a, const StageSpan& b) {
              return std::tie(a.begin_ms, a.track, a.request) <
                     std::tie(b.begin_ms, b.track, b.request);
            });
}

double EndOf(const std::vector<StageSpan>& spans) {
  double end = 0;
  for (const StageSpan& span : spans) end = std::max(end, span.end_ms);
  return end;
}

// When the first stage ends its last request.
double FirstStageEnds(const std::vector<StageSpan>& spans) {
  double end = 0;
  for (const StageSpan& span : spans) {
    if (span.stage == 0) end = std::max(end, span.end_ms);
  }
  return end;
}

double LastStageBegins(const std::vector<StageSpan>& spans) {
  int last = 0;
  for (const StageSpan& span : spans) last = std::max(last, span.stage);
  const auto first = std::find_if(
      spans.begin(), spans.end(),
      [last](const StageSpan& span) { return span.stage == last; });
  return first->begin_ms;
}

// Those that last, in order.
std::vector<Phase> PhasesOf(const Course& course) {
  const double begin = course.spans.front().begin_ms;
  const double end = EndOf(course.spans);
  const double full = LastStageBegins(course.spans);
  const double drains =
      course.is_cut ? end : std::max(full, FirstStageEnds(course.spans));
  std::vector<Phase> phases;
  for (const Phase& phase :
       {Phase{"fill", begin, full}, Phase{"steady state", full, drains},
        Phase{"drain", drains, end}}) {
    if (phase.end_ms > phase.begin_ms) phases.push_back(phase);
  }
  return phases;
}

// Times count from `zero`.
Chart ChartOf(const Course& course, const std::vector<StageSpan>& shown,
              double zero) {
  const double from = shown.front().begin_ms;
  const double to = EndOf(shown);
  Timeline timeline{.tracks = course.tracks};
  for (const StageSpan& span : shown) {
    timeline.spans.push_back(
        {span.track, span.request, span.begin_ms - zero, span.end_ms - zero});
  }
  for (Phase phase : PhasesOf(course)) {
    phase.begin_ms = std::max(phase.begin_ms, from) - zero;
    phase.end_ms = std::min(phase.end_ms, to) - zero;
    if (phase.begin_ms < phase.end_ms) timeline.phases.push_back(phase);
  }
  return {.id = "timeline",
          .title = "When each device works on which request",
          .note = "Gaps are devices that wait for others.",
          .origin = course.origin,
          .body = std::move(timeline)};
}

double BeginOf(const Course& course) { return course.spans.front().begin_ms; }

Chart FirstSpans(const Course& course) {
  const auto begin = course.spans.begin();
  Chart chart = ChartOf(course, {begin, begin + kMaxSpans}, BeginOf(course));
  chart.title = "How the pipeline fills";
  chart.note = fmt::format(
      "The first {} of {} inferences{}. Gaps are devices that wait for others.",
      kMaxSpans, course.spans.size(),
      course.is_cut ? "; only the first of each device were recorded" : "");
  return chart;
}

Chart LastSpans(const Course& course) {
  const auto begin = course.spans.end() - kMaxSpans;
  Chart chart = ChartOf(course, {begin, course.spans.end()}, begin->begin_ms);
  chart.id = "timeline-end";
  chart.title = "How the pipeline drains";
  chart.note = fmt::format(
      "The last {} of {} inferences. Times count from {:.1f} ms after the "
      "first one's begin.",
      kMaxSpans, course.spans.size(), begin->begin_ms - BeginOf(course));
  return chart;
}

}  // namespace

Course CourseOf(const Schedule& schedule,
                const std::vector<ChartedStage>& stages) {
  Course course;
  std::vector<int> first_track;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    first_track.push_back(static_cast<int>(course.tracks.size()));
    for (int r = 0; r < stages[i].replicas; ++r) {
      course.tracks.push_back(
          stages[i].replicas == 1
              ? fmt::format("stage {}, {}", i, stages[i].device)
              : fmt::format("stage {}, {} #{}", i, stages[i].device, r));
    }
  }
  std::map<std::pair<int, int>, StageSpan> spans;  // by track and request
  for (const TimelineEntry& entry : schedule.timeline) {
    const int track = first_track[entry.stage] + entry.replica;
    const StageSpan step{track, entry.stage, entry.request, entry.begin_ms,
                         entry.end_ms};
    const auto [span, is_new] =
        spans.emplace(std::pair(track, entry.request), step);
    if (is_new) continue;
    span->second.begin_ms = std::min(span->second.begin_ms, entry.begin_ms);
    span->second.end_ms = std::max(span->second.end_ms, entry.end_ms);
  }
  for (const auto& [key, span] : spans) course.spans.push_back(span);
  SortByBegin(course);
  return course;
}

Course CourseOf(std::span<const TraceEvent> trace, RequestId first,
                const std::map<int, std::string>& names, Origin origin) {
  Course course{.origin = origin};
  std::map<int, int> first_stage;  // of each device that did something
  for (const TraceEvent& event : trace) {
    if (event.request >= first) first_stage.emplace(event.device, event.stage);
  }
  std::vector<std::pair<int, int>> order;  // by stage and device
  for (const auto& [device, stage] : first_stage) {
    order.emplace_back(stage, device);
  }
  std::sort(order.begin(), order.end());
  std::map<int, int> tracks;
  for (const auto& [stage, device] : order) {
    tracks[device] = static_cast<int>(course.tracks.size());
    const auto name = names.find(device);
    course.tracks.push_back(name == names.end()
                                ? fmt::format("device {}", device)
                                : fmt::format("{}: {}", device, name->second));
  }
  for (const TraceEvent& event : trace) {
    if (event.request < first) continue;
    course.spans.push_back({tracks[event.device], event.stage,
                            static_cast<std::int64_t>(event.request),
                            Ms(event.start), Ms(event.end)});
  }
  SortByBegin(course);
  return course;
}

std::vector<Chart> TimelineCharts(const Course& course) {
  if (course.spans.size() <= kMaxSpans) {
    return {ChartOf(course, course.spans, BeginOf(course))};
  }
  std::vector<Chart> charts = {FirstSpans(course)};
  if (!course.is_cut) charts.push_back(LastSpans(course));
  return charts;
}

}  // namespace coralline
