#include "coralline/profile/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/base/file.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SegmentProfile Measured(Segment segment) {
  return {.segment = std::move(segment),
          .latency = 1500ns,
          .low = 1400ns,
          .high = 1600ns,
          .first = 9000ns,
          .runs = 21,
          .origin = Origin::kMeasured};
}

Profile TwoSegments() {
  Profile profile{.model = "reef \"1\"",
                  .model_hash = "00ff",
                  .device = "cpu:0",
                  .runtime = "TFLite 2.9.0"};
  profile.Add(Measured({{0, 1, 4}}));
  profile.Add({.segment = {{2}},
               .latency = 7ns,
               .low = 7ns,
               .high = 7ns,
               .origin = Origin::kPublished});
  return profile;
}

std::string ErrorOf(std::string_view text) {
  try {
    ParseProfile(text, "p.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("\n")));
    return error.what();
  }
  return "no error";
}

// The error after one change.
std::string ErrorAfter(const char* path, const Json& value) {
  Json json = Json::parse(FormatProfile(TwoSegments()));
  json[Json::json_pointer(path)] = value;
  return ErrorOf(json.dump());
}

std::string ErrorWithout(const char* name) {
  Json json = Json::parse(FormatProfile(TwoSegments()));
  json["segments"][1].erase(name);
  return ErrorOf(json.dump());
}

TEST(Profile, KeepsSegmentsSortedAndOnce) {
  Profile profile;
  EXPECT_TRUE(profile.Add(Measured({{2, 3}})));
  EXPECT_TRUE(profile.Add(Measured({{0}})));
  EXPECT_TRUE(profile.Add(Measured({{2}})));
  EXPECT_FALSE(profile.Add(Measured({{2, 3}})));
  std::vector<std::vector<int>> ops;
  for (const auto& segment : profile.segments)
    ops.push_back(segment.segment.ops);
  EXPECT_THAT(ops,
              ElementsAre(std::vector{0}, std::vector{2}, std::vector{2, 3}));
}

TEST(Profile, FindsASegmentByItsOps) {
  const Profile profile = TwoSegments();
  EXPECT_EQ(profile.Find(std::vector{2}), &profile.segments[1]);
  EXPECT_EQ(profile.Find(std::vector{0, 1, 4}), &profile.segments[0]);
  EXPECT_EQ(profile.Find(std::vector{0, 1}), nullptr);
  EXPECT_EQ(profile.Find(std::vector{3}), nullptr);
  EXPECT_EQ(Profile().Find(std::vector{0}), nullptr);
}

TEST(FormatProfile, IsReadBackWithoutALoss) {
  EXPECT_EQ(ParseProfile(FormatProfile(TwoSegments()), "x"), TwoSegments());
  EXPECT_EQ(ParseProfile(FormatProfile(Profile()), "x"), Profile());
}

TEST(FormatProfile, WritesJsonForANameThatIsNoUtf8) {
  const Profile profile{.model = "reef\xff\n"};
  EXPECT_NO_THROW(ParseProfile(FormatProfile(profile), "x"));
}

TEST(ParseProfile, NamesFilePathAndWhatWasFound) {
  EXPECT_EQ(ErrorAfter("/model", "x"), "no error");
  EXPECT_EQ(ErrorAfter("/segments/1/latency_ns", "fast"),
            "p.json: $.segments[1].latency_ns: expected a number > 0, found "
            "\"fast\"");
}

TEST(ParseProfile, RefusesCostsThatAreNone) {
  const auto error = [](const Json& value) {
    return ErrorAfter("/segments/0/latency_ns", value);
  };
  const std::string expected =
      "p.json: $.segments[0].latency_ns: expected a number > 0, found ";
  EXPECT_EQ(error(-1), expected + "-1");
  EXPECT_EQ(error(0), expected + "0");
  EXPECT_EQ(error(nullptr), expected + "null");
  EXPECT_EQ(error(Json::array()), expected + "a list");
  EXPECT_THAT(error(2e15), HasSubstr("expected a number <= 1e15, found 2e+15"));
  EXPECT_THAT(error(std::uint64_t{1} << 63), HasSubstr("<= 1e15, found 9223"));
  EXPECT_THAT(error(std::string(1000, 'x')), testing::SizeIs(testing::Lt(200)));
  EXPECT_EQ(ErrorAfter("/segments/0/first_ns", 0), "no error");
  EXPECT_THAT(ErrorAfter("/segments/0/first_ns", -5),
              HasSubstr("$.segments[0].first_ns: expected a number >= 0"));
}

TEST(ParseProfile, SaysWhereNanStands) {
  std::string text = FormatProfile(TwoSegments());
  text.replace(text.find("1500"), 4, "NaN");
  EXPECT_THAT(ErrorOf(text),
              AllOf(HasSubstr("p.json: expected a profile in JSON: parse error "
                              "at line 9, column "),
                    HasSubstr("\"latency_ns\": N")));
  // What exceeds a double is no number either.
  text = FormatProfile(TwoSegments());
  text.replace(text.find("1500"), 4, "1e999");
  EXPECT_THAT(ErrorOf(text), HasSubstr("number overflow parsing '1e999'"));
}

TEST(ParseProfile, ReadsDriftAndTemperaturesWhereTheyAreThere) {
  Profile profile = TwoSegments();
  EXPECT_THAT(FormatProfile(profile), Not(HasSubstr("drift")));
  EXPECT_THAT(FormatProfile(profile), Not(HasSubstr("celsius")));
  profile.segments[0].drift = 1.0 / 3;
  profile.segments[0].start_celsius = 45.05;
  profile.segments[0].end_celsius = 61;
  EXPECT_EQ(ParseProfile(FormatProfile(profile), "x"), profile);
}

TEST(ParseProfile, RefusesDriftAndTemperaturesOutOfRange) {
  EXPECT_EQ(ErrorAfter("/segments/0/drift", -2),
            "p.json: $.segments[0].drift: expected a number from -1 to "
            "1000000000, found -2");
  EXPECT_THAT(ErrorAfter("/segments/0/end_celsius", "hot"),
              HasSubstr("end_celsius: expected a number from -273.15 to 1000, "
                        "found \"hot\""));
}

TEST(ParseProfile, RefusesASegmentThatMissesSomething) {
  for (const char* name : {"ops", "latency_ns", "low_ns", "high_ns", "first_ns",
                           "runs", "origin"}) {
    EXPECT_THAT(ErrorWithout(name),
                AllOf(HasSubstr(std::string("$.segments[1].") + name + ": "),
                      HasSubstr("found nothing")));
  }
}

TEST(ParseProfile, RefusesAnIntervalThatDoesNotHoldTheMedian) {
  EXPECT_THAT(ErrorAfter("/segments/0/low_ns", 1501),
              HasSubstr("low_ns: expected at most latency_ns, found 1501"));
  EXPECT_THAT(ErrorAfter("/segments/0/high_ns", 1499),
              HasSubstr("high_ns: expected at least latency_ns, found 1499"));
}

TEST(ParseProfile, WantsRunsOfWhatWasRun) {
  EXPECT_THAT(ErrorAfter("/segments/0/runs", 0),
              HasSubstr("runs: expected a whole number > 0, found 0"));
  EXPECT_THAT(ErrorAfter("/segments/0/runs", 2.5), HasSubstr("found 2.5"));
  EXPECT_THAT(ErrorAfter("/segments/1/runs", -1),
              HasSubstr("runs: expected a whole number >= 0, found -1"));
  EXPECT_THAT(ErrorAfter("/segments/0/origin", "guessed"),
              HasSubstr("origin: expected measured, emulated, simulated, "
                        "estimated or published, found \"guessed\""));
}

TEST(ParseProfile, RefusesOpsThatAreNoSegment) {
  const auto error = [](const Json& ops) {
    return ErrorAfter("/segments/1/ops", ops);
  };
  EXPECT_THAT(error({3, 5, 5}),
              HasSubstr("$.segments[1].ops[2]: expected an op from 6 on, in "
                        "increasing order, found 5"));
  EXPECT_THAT(error({-1}), HasSubstr("ops[0]: expected an op from 0 on"));
  EXPECT_THAT(error({1e9}), HasSubstr("ops[0]"));
  EXPECT_THAT(error(Json::array()), HasSubstr("found an empty list"));
  EXPECT_THAT(error("0-2"), HasSubstr("expected a list, found \"0-2\""));
  EXPECT_THAT(error({0, 1, 4}),
              HasSubstr("$.segments[1].ops: expected each segment once, found "
                        "ops 0-1,4 again"));
}

TEST(ParseProfile, RefusesAnotherSchemaOrVersion) {
  EXPECT_THAT(ErrorAfter("/version", 2),
              HasSubstr("$.version: expected version 1, found 2"));
  EXPECT_THAT(ErrorAfter("/schema", "x"),
              HasSubstr("$.schema: expected \"coralline.profile\", found "
                        "\"x\""));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("$: expected an object, found a list"));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("$.schema: expected a text, found "
                                       "nothing"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("p.json: expected a profile in JSON"));
}

TEST(ReadProfile, ReadsAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "profile.json";
  const std::string text = FormatProfile(TwoSegments());
  WriteFile(path, std::as_bytes(std::span(text)));
  EXPECT_EQ(ReadProfile(path), TwoSegments());
  std::filesystem::remove(path);
  EXPECT_THROW(ReadProfile(path), Error);
}

}  // namespace
}  // namespace coralline
