#include "coralline/base/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(JsonReader, ReadsEachKindOfValue) {
  const auto root = JsonReader::Parse(
      R"({"z": 1.5, "a": [7, true, "x"], "n": null})", "f.json", "a thing");
  EXPECT_EQ(root.Member("z").Number(), 1.5);
  const auto elements = root.Member("a").Elements();
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[0].Whole(0, 7, "up to 7"), 7);
  EXPECT_TRUE(elements[1].Flag());
  EXPECT_EQ(elements[2].Text(), "x");
  EXPECT_FALSE(elements[2].Number());
  EXPECT_FALSE(root.Member("n").is_there());
  EXPECT_FALSE(root.Member("m").is_there());
  // In the file's order.
  EXPECT_EQ(root.Json(), R"({"z":1.5,"a":[7,true,"x"],"n":null})");
}

TEST(JsonReader, SaysWhereWhatWasExpectedAndFound) {
  const auto root =
      JsonReader::Parse(R"({"a": {"b": [0, 8]}})", "f.json", "a thing");
  const auto at = root.Member("a").Member("b").Elements()[1];
  EXPECT_EQ(ErrorOf([&] { at.Whole(0, 7, "0 to 7"); }),
            "f.json: $.a.b[1]: expected 0 to 7, found 8");
  EXPECT_EQ(ErrorOf([&] { at.Text(); }),
            "f.json: $.a.b[1]: expected a text, found 8");
  EXPECT_EQ(ErrorOf([&] { at.Flag(); }),
            "f.json: $.a.b[1]: expected true or false, found 8");
  EXPECT_EQ(ErrorOf([&] { root.Member("c").Elements(); }),
            "f.json: $.c: expected a list, found nothing");
  EXPECT_EQ(ErrorOf([&] { at.Member("d"); }),
            "f.json: $.a.b[1]: expected an object, found 8");
}

TEST(JsonReader, QuotesAnyText) {
  EXPECT_EQ(QuoteJson("a\"b\n"), R"("a\"b\n")");
  EXPECT_EQ(QuoteJson("\xff"), "\"\xef\xbf\xbd\"");
}

TEST(JsonReader, RefusesWhatIsNoJsonAndWhatIsNestedTooDeep) {
  EXPECT_THAT(ErrorOf([] { JsonReader::Parse("{,}", "f.json", "a thing"); }),
              HasSubstr("f.json: expected a thing in JSON: parse error at"));
  const std::string deep(100'000, '[');
  EXPECT_THAT(ErrorOf([&] { JsonReader::Parse(deep, "f.json", "a thing"); }),
              HasSubstr("nested beyond 64 levels"));
}

}  // namespace
}  // namespace coralline
