// The check of traces finds what it is for.

#include "tests/trace_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coralline {
namespace {

using Json = TraceSchema::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kNames =
    R"({"ph":"M","name":"process_name","pid":1,"args":{"name":"p"}},)"
    R"({"ph":"M","name":"thread_name","pid":1,"tid":5,"args":{"name":"t"}})";

// Of these events on track 5 of process 1.
std::vector<std::string> ProblemsOf(const std::string& events) {
  return TraceSchema::ProblemsOf(Json::parse(
      "{\"traceEvents\":[" + std::string(kNames) + "," + events + "]}"));
}

std::string Slice(double ts, double dur, int tid = 5) {
  return Json{{"ph", "X"},  {"name", "x"}, {"pid", 1},
              {"tid", tid}, {"ts", ts},    {"dur", dur}}
      .dump();
}

std::string Flow(const std::string& phase, double ts) {
  return Json{{"ph", phase}, {"name", "x"}, {"cat", "flow"}, {"pid", 1},
              {"tid", 5},    {"ts", ts},    {"id", 1},       {"bp", "e"}}
      .dump();
}

std::string Counter(double ts, int value) {
  return Json{{"ph", "C"},
              {"name", "c"},
              {"pid", 1},
              {"ts", ts},
              {"args", {{"n", value}}}}
      .dump();
}

TEST(TraceSchema, AcceptsSlicesInARowAndInside) {
  EXPECT_THAT(ProblemsOf(Slice(0, 2) + "," + Slice(2, 2) + "," + Slice(2, 1) +
                         "," + Slice(7, 0)),
              IsEmpty());
}

TEST(TraceSchema, FindsOverlaps) {
  EXPECT_THAT(ProblemsOf(Slice(1, 2) + "," + Slice(0, 2)),
              ElementsAre(HasSubstr("overlap")));
  EXPECT_THAT(ProblemsOf(Slice(0, -1)),
              ElementsAre(HasSubstr("negative duration")));
  // They touch, but 1.001 us are 1000 ns to a reader that cuts off.
  EXPECT_THAT(ProblemsOf(Slice(0.5, 0.501) + "," + Slice(1.001, 1)),
              ElementsAre(HasSubstr("overlap")));
}

TEST(TraceSchema, FindsWhatHasNoName) {
  EXPECT_THAT(ProblemsOf(Slice(0, 1, 6)), ElementsAre(HasSubstr("no name")));
  EXPECT_THAT(ProblemsOf(R"({"ph":"X","name":"x","pid":1,"tid":5,"ts":1})"),
              ElementsAre(HasSubstr("no dur")));
  EXPECT_THAT(ProblemsOf(R"({"ph":"Q","name":"x","pid":1,"tid":5,"ts":1})"),
              ElementsAre(HasSubstr("unknown phase")));
  EXPECT_THAT(ProblemsOf(kNames),
              ElementsAre(HasSubstr("named twice"), HasSubstr("named twice")));
}

TEST(TraceSchema, FindsFlowsThatLeadNowhere) {
  const std::string slices = Slice(0, 2) + "," + Slice(4, 2);
  EXPECT_THAT(ProblemsOf(slices + "," + Flow("s", 0) + "," + Flow("f", 4)),
              IsEmpty());
  EXPECT_THAT(ProblemsOf(slices + "," + Flow("s", 0)),
              ElementsAre(HasSubstr("flow s")));
  EXPECT_THAT(ProblemsOf(slices + "," + Flow("s", 0) + "," + Flow("s", 1) +
                         "," + Flow("f", 4)),
              ElementsAre(HasSubstr("flow ssf")));
  EXPECT_THAT(ProblemsOf(slices + "," + Flow("s", 0) + "," + Flow("f", 3)),
              ElementsAre(HasSubstr("outside of slices")));
  EXPECT_THAT(ProblemsOf(slices + "," + Flow("s", 4) + "," + Flow("f", 0)),
              ElementsAre(HasSubstr("back in time")));
}

TEST(TraceSchema, FindsCountersThatDoNotAddUp) {
  EXPECT_THAT(ProblemsOf(Counter(0, 2) + "," + Counter(1, 0)), IsEmpty());
  EXPECT_THAT(ProblemsOf(Counter(0, -1) + "," + Counter(1, 0)),
              ElementsAre(HasSubstr("negative counter")));
  EXPECT_THAT(ProblemsOf(Counter(0, 0) + "," + Counter(1, 1)),
              ElementsAre(HasSubstr("does not end at zero")));
}

}  // namespace
}  // namespace coralline
