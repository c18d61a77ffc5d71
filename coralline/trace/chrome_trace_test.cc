#include "coralline/trace/chrome_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace coralline {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

// The events of a trace after those that name its process and its track.
Json EventsOf(ChromeTrace trace, std::size_t num_names) {
  Json events = Json::parse(std::move(trace).Finish("{}"))["traceEvents"];
  events.erase(events.begin(), events.begin() + 2 * num_names);
  return events;
}

TEST(ChromeTrace, IsAnObjectWithEventsAndFacts) {
  const Json trace = Json::parse(ChromeTrace().Finish("{\"model\":\"net\"}"));
  EXPECT_EQ(trace, Json::parse(R"({"displayTimeUnit":"ms","traceEvents":[],)"
                               R"("otherData":{"model":"net"}})"));
}

TEST(ChromeTrace, ShowsTracksInTheOrderInWhichTheyCome) {
  ChromeTrace trace;
  trace.AddProcess("b");
  const int process = trace.AddProcess("a \"quoted\"\n");
  const TraceTrack track = trace.AddTrack(process, "first");
  EXPECT_NE(trace.AddTrack(process, "second").thread, track.thread);
  EXPECT_NE(track.thread, process);  // Perfetto's main thread
  const Json events = EventsOf(std::move(trace), 0);
  ASSERT_EQ(events.size(), 8U);
  EXPECT_EQ(events[2]["name"], "process_name");
  EXPECT_EQ(events[2]["args"]["name"], "a \"quoted\"\n");
  EXPECT_GT(events[3]["args"]["sort_index"], events[1]["args"]["sort_index"]);
  EXPECT_EQ(events[4]["tid"], track.thread);
  EXPECT_GT(events[7]["args"]["sort_index"], events[5]["args"]["sort_index"]);
}

TEST(ChromeTrace, WritesMicroseconds) {
  ChromeTrace trace;
  const int process = trace.AddProcess("p");
  const TraceTrack track = trace.AddTrack(process, "t");
  trace.AddSlice(track, "slice", 1500ns, 4us, {{"request", 5}, {"step", -1}});
  trace.AddCounter(process, "queue", "requests", 7ns, 3);
  trace.AddInstant(track, "now", 3s + 1ns);
  const Json events = EventsOf(std::move(trace), 2);
  EXPECT_EQ(events[0]["ts"], 1.5);
  EXPECT_EQ(events[0]["dur"], 2.499);  // a gap of 1 ns to the next slice
  EXPECT_EQ(events[0]["args"], Json::parse(R"({"request":5,"step":-1})"));
  EXPECT_EQ(events[1]["ph"], "C");
  EXPECT_EQ(events[1]["ts"], 0.007);
  EXPECT_EQ(events[1]["args"]["requests"], 3);
  EXPECT_EQ(events[2]["ph"], "i");
  EXPECT_EQ(events[2]["s"], "t");
  EXPECT_EQ(events[2]["ts"], 3000000.001);
}

TEST(ChromeTrace, ASliceMayTakeNoTime) {
  ChromeTrace trace;
  const TraceTrack track = trace.AddTrack(trace.AddProcess("p"), "t");
  trace.AddSlice(track, "none", 5us, 5us);
  EXPECT_EQ(EventsOf(std::move(trace), 2)[0]["dur"], 0);
}

TEST(ChromeTrace, JoinsSlicesByFlows) {
  ChromeTrace trace;
  const TraceTrack track = trace.AddTrack(trace.AddProcess("p"), "t");
  trace.AddSlice(track, "first", 1us, 2us);
  trace.AddFlow(FlowStep::kBegin, "request", 9, track, 1us);
  trace.AddFlow(FlowStep::kContinue, "request", 9, track, 2us);
  trace.AddFlow(FlowStep::kEnd, "request", 9, track, 3us);
  const Json events = EventsOf(std::move(trace), 2);
  std::string phases;
  for (const Json& event : events) {
    phases += event["ph"];
    EXPECT_EQ(event["cat"], "pipeline");
    EXPECT_EQ(event["tid"], track.thread);
    if (event["ph"] == "X") continue;
    EXPECT_EQ(event["id"], 9);
    EXPECT_EQ(event["bp"], "e");
  }
  EXPECT_EQ(phases, "Xstf");
}

TEST(ChromeTraceDeathTest, TakesNoTimeBeforeTheStart) {
  ChromeTrace trace;
  const TraceTrack track = trace.AddTrack(trace.AddProcess("p"), "t");
  EXPECT_DEATH(trace.AddInstant(track, "early", -1ns), "CHECK|time.count");
  EXPECT_DEATH(trace.AddSlice(track, "back", 2ns, 1ns), "begin <= end");
}

}  // namespace
}  // namespace coralline
