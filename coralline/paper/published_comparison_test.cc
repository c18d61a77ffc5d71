#include "coralline/paper/published_comparison.h"

#include <gmock/gmock.h>

namespace coralline::paper {
namespace {

SimulatedRow Row(const std::string& series, int devices, int width, double ms,
                 double speedup) {
  return {.experiment = series,
          .width = width,
          .devices = devices,
          .ms = ms,
          .low_ms = ms * 0.9,
          .high_ms = ms * 1.1,
          .speedup = speedup,
          .on_chip_mib = {1, 2},
          .off_chip_mib = {0, 3}};
}

TEST(PublishedComparison, ADifferenceIsAShareOfThePublishedFigure) {
  EXPECT_DOUBLE_EQ((ComparedPoint{{.value = 2}, 3, {}}.difference()), 0.5);
  EXPECT_DOUBLE_EQ((ComparedPoint{{.value = 2}, 1, {}}.difference()), -0.5);
  EXPECT_EQ((ComparedPoint{{.value = 0}, 0, {}}.difference()), 0);
}

TEST(PublishedComparison, FindsTheRowOfEachPointAndItsFigure) {
  const auto points =
      ComparePoints({Row("fc-balanced-batch50", 3, 2620, 0.8, 45),
                     Row("fc-balanced-batch50", 3, 2580, 0.7, 50)});
  ASSERT_EQ(points.size(), 2);  // the time and the speed-up
  EXPECT_EQ(points[0].published.unit, "ms");
  EXPECT_EQ(points[0].simulated, 0.8);
  EXPECT_EQ(points[0].is_in_range, true);  // 0.762
  EXPECT_EQ(points[1].published.unit, "x");
  EXPECT_EQ(points[1].simulated, 45);
  EXPECT_FALSE(points[1].is_in_range);
}

TEST(PublishedComparison, MemoryIsThatOfAllSegments) {
  const auto points = ComparePoints({Row("fc-whole", 1, 100, 1, 1)});
  ASSERT_EQ(points.size(), 3);
  for (const ComparedPoint& point : points) {
    if (point.published.unit == "ms") continue;
    EXPECT_EQ(point.simulated, 3);
  }
}

TEST(PublishedComparison, DifferencesOfASeriesKeepTheLargest) {
  const auto of = [](int width, double simulated) {
    return ComparedPoint{{.experiment = "fc-whole",
                          .width = width,
                          .devices = 1,
                          .value = 1,
                          .unit = "ms"},
                         simulated,
                         width != 3};
  };
  const auto all = Differences({of(1, 1.1), of(2, 0.5), of(3, 1.2)});
  ASSERT_EQ(all.size(), 1);
  EXPECT_EQ(all[0].points, 3);
  EXPECT_EQ(all[0].in_range, 2);
  EXPECT_NEAR(all[0].median, 0.2, 1e-9);
  EXPECT_EQ(all[0].worst.published.width, 2);
}

TEST(PublishedComparison, TheBestIsOfWidthsThatWerePublished) {
  const std::string series = "conv-profiled-batch100";
  const auto best =
      BestOf({Row(series, 4, 672, 1, 3), Row(series, 4, 682, 1, 4),
              Row(series, 4, 742, 1, 9), Row(series, 3, 32, 1, 7)},
             series, 4);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->width, 682);
  EXPECT_FALSE(BestOf({}, series, 4));
}

}  // namespace
}  // namespace coralline::paper
