#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "coralline/chart/testing.h"

namespace coralline {
namespace {

using Json = nlohmann::json;

Json PageOf(const Page& page) { return Json::parse(PageJson(page)); }

TEST(ChartJson, HasTheFieldsOfEachKind) {
  const Json charts =
      PageOf(testing_util::SamplePage())["sections"][0]["charts"];
  ASSERT_EQ(charts.size(), 7U);
  EXPECT_EQ(charts[0]["lines"][0]["origin"], "published");
  EXPECT_EQ(charts[0]["lines"][0]["style"], "dots");
  EXPECT_EQ(charts[0]["lines"][1]["points"],
            Json::parse("[[100,0.1],[200,2]]"));
  EXPECT_EQ(charts[0]["origin"], nullptr);
  EXPECT_EQ(charts[1]["parts"][1]["values"], Json::parse("[0.0,3.0]"));
  EXPECT_EQ(charts[2]["ops"][1]["inputs"], Json::parse("[0]"));
  EXPECT_EQ(charts[2]["ops"][1]["ms"], nullptr);
  EXPECT_EQ(charts[3]["devices"][0]["pieces"][2]["use"], "streamed");
  EXPECT_EQ(charts[4]["spans"][1], Json::parse("[1,0,1.0,2.0]"));
  EXPECT_EQ(charts[5]["bins"][1], Json::parse("[1.0,2.0,9]"));
  EXPECT_EQ(charts[6]["kind"], "table");
}

TEST(ChartJson, ReplacesWhatIsNotUtf8) {
  const Json page = PageOf(testing_util::SamplePage());
  EXPECT_EQ(page["subtitle"], "</script><b>&\"'\xEF\xBF\xBD{{data}}");
}

TEST(ChartJson, OfAnEmptyPageHasItsFields) {
  EXPECT_EQ(PageOf({}), Json::parse(R"({"title": "", "subtitle": "",
      "facts": [], "sections": [], "provenance": []})"));
}

}  // namespace
}  // namespace coralline
