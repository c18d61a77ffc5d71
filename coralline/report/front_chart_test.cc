#include "coralline/report/front_chart.h"

#include <gtest/gtest.h>

namespace coralline {
namespace {

TEST(FrontChart, HasALineForEachNumberOfDevices) {
  const Chart chart = FrontChart({{1, 10, 10}, {2, 5, 12}, {2, 6, 11}});
  const auto& lines = std::get<LineChart>(chart.body).lines;
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].name, "1 device");
  EXPECT_EQ(lines[1].name, "2 devices");
  ASSERT_EQ(lines[1].points.size(), 2U);
  EXPECT_DOUBLE_EQ(lines[1].points[0].x, 11);
  EXPECT_DOUBLE_EQ(lines[1].points[1].y, 200);
}

}  // namespace
}  // namespace coralline
