#include "coralline/report/speedup_chart.h"

#include <gtest/gtest.h>

#include <chrono>

namespace coralline {
namespace {

using namespace std::chrono_literals;

SweepRow RowOf(const std::string& model, int count, Strategy strategy,
               std::chrono::nanoseconds period) {
  SweepRow row{.model = {.name = model, .alone = SweptPlan{.period = 12ms}},
               .count = count,
               .strategy = strategy};
  if (period > 0ns) row.plan = SweptPlan{.stages = count, .period = period};
  return row;
}

std::vector<SweepRow> Rows() {
  return {RowOf("a", 1, Strategy::kOptimal, 12ms),
          RowOf("a", 1, Strategy::kCompiler, 12ms),
          RowOf("a", 2, Strategy::kOptimal, 4ms),
          RowOf("a", 2, Strategy::kCompiler, 6ms),
          RowOf("b", 1, Strategy::kOptimal, 12ms),
          RowOf("b", 1, Strategy::kCompiler, 12ms),
          RowOf("b", 2, Strategy::kOptimal, 6ms),
          RowOf("b", 2, Strategy::kCompiler, 0ns)};
}

TEST(SpeedUpChart, HasALineForEachMethod) {
  const auto rows = Rows();
  const SweepSummary summary(rows, Objective::kThroughput);
  const Chart chart = SpeedUpChart(summary, "a");
  const auto& lines = std::get<LineChart>(chart.body).lines;
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].name, "best plan");
  ASSERT_EQ(lines[0].points.size(), 2U);
  EXPECT_DOUBLE_EQ(lines[0].points[1].x, 2);
  EXPECT_DOUBLE_EQ(lines[0].points[1].y, 3);
  EXPECT_DOUBLE_EQ(lines[1].points[1].y, 2);
  EXPECT_EQ(lines[1].style, LineStyle::kDashed);
}

TEST(SpeedUpChart, LeavesOutCellsWithoutAPlan) {
  const auto rows = Rows();
  const SweepSummary summary(rows, Objective::kThroughput);
  const Chart chart = SpeedUpChart(summary, "b");
  const auto& lines = std::get<LineChart>(chart.body).lines;
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].points.size(), 1U);
}

TEST(SpeedUpBars, HasABarForEachModel) {
  const auto rows = Rows();
  const SweepSummary summary(rows, Objective::kThroughput);
  const Chart chart = SpeedUpBars(summary, 2);
  const auto& bars = std::get<BarChart>(chart.body);
  EXPECT_EQ(bars.bars, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(bars.parts[0].values, (std::vector<double>{3, 2}));
}

TEST(SweepTables, HaveARowForEachModel) {
  const auto rows = Rows();
  const SweepSummary summary(rows, Objective::kThroughput);
  const Chart speed = SpeedUpTable(summary);
  const Chart ahead = AheadTable(summary, Strategy::kCompiler);
  using Cells = std::vector<std::vector<std::string>>;
  EXPECT_EQ(
      std::get<TableChart>(speed.body).rows,
      (Cells{{"a", "1.00x", "3.00x", "2"}, {"b", "1.00x", "2.00x", "2"}}));
  EXPECT_EQ(std::get<TableChart>(ahead.body).rows,
            (Cells{{"a", "1.00x", "1.50x"}, {"b", "1.00x", "-"}}));
}

}  // namespace
}  // namespace coralline
