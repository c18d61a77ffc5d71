#include "coralline/report/timeline_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

namespace coralline {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Two stages, of 1 and 2 ms; the second is served by `replicas` devices.
Schedule ScheduleOf(int requests, int replicas = 1) {
  return SimulateSchedule(
      {{.steps = {{.ms = 1}}},
       {.steps = {{.ms = 0.5}, {.ms = 1.5}}, .replicas = replicas}},
      {.requests = requests, .keep_timeline = true});
}

std::vector<ChartedStage> StagesOf(int replicas = 1) {
  return {{.device = "tpu"}, {.device = "tpu", .replicas = replicas}};
}

const Timeline& TimelineOf(const Chart& chart) {
  return std::get<Timeline>(chart.body);
}

void ExpectNoOverlap(const Timeline& timeline) {
  std::map<int, double> ends;
  for (const Span& span : timeline.spans) {
    EXPECT_LE(span.begin_ms, span.end_ms);
    EXPECT_GE(span.begin_ms, ends[span.track]);
    ends[span.track] = span.end_ms;
  }
}

TEST(CourseOf, JoinsTheStepsOfARequest) {
  const Course course = CourseOf(ScheduleOf(2), StagesOf());
  EXPECT_THAT(course.tracks, ElementsAre("stage 0, tpu", "stage 1, tpu"));
  EXPECT_THAT(course.spans,
              ElementsAre(StageSpan{0, 0, 0, 0, 1}, StageSpan{0, 0, 1, 1, 2},
                          StageSpan{1, 1, 0, 1, 3}, StageSpan{1, 1, 1, 3, 5}));
}

TEST(CourseOf, GivesEachReplicaATrack) {
  const Course course = CourseOf(ScheduleOf(6, 2), StagesOf(2));
  EXPECT_THAT(course.tracks, ElementsAre("stage 0, tpu", "stage 1, tpu #0",
                                         "stage 1, tpu #1"));
  EXPECT_EQ(course.spans.size(), 12U);
  ExpectNoOverlap(TimelineOf(TimelineCharts(course).front()));
}

TEST(TimelineCharts, TellFillFromDrain) {
  const auto charts = TimelineCharts(CourseOf(ScheduleOf(4), StagesOf()));
  ASSERT_EQ(charts.size(), 1U);
  const auto& phases = TimelineOf(charts[0]).phases;
  ASSERT_EQ(phases.size(), 3U);
  EXPECT_EQ(phases[0].name, "fill");
  EXPECT_EQ(phases[0].end_ms, 1);
  EXPECT_EQ(phases[1].name, "steady state");
  EXPECT_EQ(phases[1].end_ms, 4);
  EXPECT_EQ(phases[2].name, "drain");
  EXPECT_EQ(phases[2].end_ms, 9);
}

TEST(TimelineCharts, OfOneRequestFillAndDrain) {
  const auto charts = TimelineCharts(CourseOf(ScheduleOf(1), StagesOf()));
  const auto& phases = TimelineOf(charts[0]).phases;
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].name, "fill");
  EXPECT_EQ(phases[1].name, "drain");
}

TEST(TimelineCharts, OfALongCourseAreItsBeginAndItsEnd) {
  const auto charts = TimelineCharts(CourseOf(ScheduleOf(1000), StagesOf()));
  ASSERT_EQ(charts.size(), 2U);
  for (const Chart& chart : charts) {
    EXPECT_EQ(TimelineOf(chart).spans.size(), 120U);
    EXPECT_THAT(chart.note, testing::HasSubstr("of 2000 inferences"));
    ExpectNoOverlap(TimelineOf(chart));
  }
  EXPECT_EQ(TimelineOf(charts[0]).phases.front().name, "fill");
  EXPECT_EQ(TimelineOf(charts[1]).phases.back().name, "drain");
  EXPECT_EQ(TimelineOf(charts[1]).spans.front().begin_ms, 0);
  EXPECT_THAT(charts[1].note, testing::HasSubstr("Times count from "));
  EXPECT_NE(charts[0].id, charts[1].id);
}

TEST(CourseOf, LeavesOutRequestsBeforeTheFirst) {
  const std::vector<TraceEvent> trace = {
      {0, 0, 3, 0ms, 1ms}, {7, 0, 3, 5ms, 6ms}, {7, 1, 1, 6ms, 8ms}};
  const Course course =
      CourseOf(trace, 7, {{3, "cpu:0"}, {1, "cpu:1"}}, Origin::kMeasured);
  EXPECT_THAT(course.tracks, ElementsAre("3: cpu:0", "1: cpu:1"));
  const auto charts = TimelineCharts(course);
  const Timeline& timeline = TimelineOf(charts[0]);
  ASSERT_EQ(timeline.spans.size(), 2U);
  EXPECT_EQ(timeline.spans[0].begin_ms, 0);
  EXPECT_EQ(timeline.spans[1].end_ms, 3);
  EXPECT_EQ(charts[0].origin, Origin::kMeasured);
}

TEST(TimelineCharts, SaysWhereTheRecordEnds) {
  Course course = CourseOf(ScheduleOf(1000), StagesOf());
  course.is_cut = true;
  const auto charts = TimelineCharts(course);
  ASSERT_EQ(charts.size(), 1U);
  EXPECT_THAT(charts[0].note, testing::HasSubstr("were recorded"));
}

}  // namespace
}  // namespace coralline
