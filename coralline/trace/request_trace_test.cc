#include "coralline/trace/request_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace coralline {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using testing::ElementsAre;

const RequestTrace kTwoStages{.process = "net",
                              .origin = "simulated",
                              .lanes = {"stage 0", "stage 1"},
                              .queues = {"", "queue before stage 1"}};

// In a short form: "X request 0 @1".
std::vector<std::string> EventsOf(const RequestTrace& layout,
                                  const std::vector<TracedVisit>& visits) {
  ChromeTrace trace;
  AddRequests(trace, layout, visits);
  std::vector<std::string> events;
  const Json json = Json::parse(std::move(trace).Finish("{}"));
  for (const Json& event : json["traceEvents"]) {
    if (event["ph"] == "M") continue;
    std::ostringstream text;
    text << event["ph"].get<std::string>() << " "
         << event["name"].get<std::string>() << " @" << event["ts"].get<int>();
    if (event["ph"] == "C") text << " " << event["args"]["requests"];
    events.push_back(text.str());
  }
  return events;
}

TEST(RequestTrace, FollowsEachRequest) {
  EXPECT_THAT(
      EventsOf(kTwoStages,
               {{.request = 0, .begin = 1us, .end = 2us},
                {.request = 1, .begin = 2us, .end = 3us},
                {.request = 0, .stage = 1, .lane = 1, .begin = 4us, .end = 5us},
                // Starts again.
                {.request = 1, .begin = 5us, .end = 6us},
                {.request = 1, .stage = 1, .lane = 1, .begin = 7us, .end = 8us},
                {.request = 2, .begin = 7us, .end = 8us}}),
      ElementsAre("X request 0 @1", "s request @1", "X request 0 @4",
                  "f request @4", "X request 1 @2", "s request @2",
                  "X request 1 @5", "t request @5", "X request 1 @7",
                  "f request @7", "X request 2 @7",
                  "C queue before stage 1 @0 0"));
}

TEST(RequestTrace, CountsThoseThatWait) {
  const auto at_stage_1 = [](int request, int queued_us, int begin_us) {
    return TracedVisit{.request = request,
                       .stage = 1,
                       .lane = 1,
                       .begin = std::chrono::microseconds(begin_us),
                       .end = std::chrono::microseconds(begin_us + 1),
                       .queued = std::chrono::microseconds(queued_us)};
  };
  EXPECT_THAT(
      EventsOf(kTwoStages, {at_stage_1(0, 2, 2), at_stage_1(1, 3, 6),
                            at_stage_1(2, 4, 8), at_stage_1(3, 6, 9)}),
      ElementsAre("X request 0 @2", "X request 1 @6", "X request 2 @8",
                  "X request 3 @9", "C queue before stage 1 @0 0",
                  "C queue before stage 1 @3 1", "C queue before stage 1 @4 2",
                  "C queue before stage 1 @8 1",
                  "C queue before stage 1 @9 0"));
}

TEST(RequestTrace, ShowsThatADeviceCannotHandOn) {
  EXPECT_THAT(
      EventsOf(
          {.lanes = {"one"}},
          {{.begin = 1us, .end = 2us, .blocked_until = 4us},
           {.request = 1, .begin = 4us, .end = 5us, .blocked_until = 5us}}),
      ElementsAre("X request 0 @1", "X blocked @2", "X request 1 @4"));
}

TEST(KeepFirst, LeavesTheEarliest) {
  std::vector<TracedVisit> visits = {{.request = 2, .begin = 3us, .end = 4us},
                                     {.request = 0, .begin = 1us, .end = 2us},
                                     {.request = 1, .begin = 2us, .end = 3us}};
  EXPECT_FALSE(KeepFirst(visits, 3));
  EXPECT_TRUE(KeepFirst(visits, 2));
  ASSERT_EQ(visits.size(), 2U);
  EXPECT_EQ(visits[0].request, 0);
  EXPECT_EQ(visits[1].request, 1);
}

}  // namespace
}  // namespace coralline
