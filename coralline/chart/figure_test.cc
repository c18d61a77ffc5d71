#include "coralline/chart/figure.h"

#include <gtest/gtest.h>

#include "coralline/chart/testing.h"

namespace coralline {
namespace {

TEST(FigureSvg, DrawsEachKindOfChart) {
  const Page page = testing_util::SamplePage();
  for (const Chart& chart : page.sections[0].charts) {
    SCOPED_TRACE(chart.id);
    const std::string svg = FigureSvg(chart);
    EXPECT_TRUE(svg.starts_with("<svg"));
    EXPECT_NE(svg.find(chart.title), std::string::npos);
  }
}

TEST(FigureSvg, GivesTheSameBytesAgain) {
  const Page page = testing_util::SamplePage();
  const Chart& chart = page.sections[0].charts[0];
  EXPECT_EQ(FigureSvg(chart), FigureSvg(chart));
}

}  // namespace
}  // namespace coralline
