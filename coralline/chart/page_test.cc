#include "coralline/chart/page.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "coralline/base/error.h"
#include "coralline/chart/testing.h"

namespace coralline {
namespace {

using testing_util::Count;

TEST(PageHtml, KeepsTextsOfThePageInsideTheData) {
  const Page page = testing_util::SamplePage();
  const std::string html = PageHtml(page);
  EXPECT_EQ(Count(html, "</script>"), Count(PageHtml({}), "</script>"));
  EXPECT_NE(html.find("<title>Sample &lt;1&gt;</title>"), std::string::npos);
  EXPECT_EQ(Count(html, "\\u003c/script>\\u003cb>&"), 3);
}

TEST(PageHtml, FetchesNothing) {
  const std::string html = PageHtml(testing_util::SamplePage());
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  for (const char* what : {"<link", " src=\"", "url(http", "@import"}) {
    EXPECT_EQ(Count(html, what), 0) << what;
  }
}

TEST(PageHtml, HasTheLicencesOfWhatIsBundled) {
  const std::string html = PageHtml({});
  for (const char* what : {"Apache License", "ECharts", "BSD 3-Clause"}) {
    EXPECT_GT(Count(html, what), 0) << what;
  }
}

TEST(WritePage, SaysWhereItCannotWrite) {
  const auto path = std::filesystem::path("/proc/no/report.html");
  EXPECT_THROW(WritePage(path, {}), Error);
}

}  // namespace
}  // namespace coralline
