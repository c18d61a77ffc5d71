#include "coralline/report/latency_chart.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <random>

namespace coralline {
namespace {

using namespace std::chrono_literals;

HistogramChart ChartOf(const Histogram& histogram) {
  return std::get<HistogramChart>(
      LatencyChart(histogram, Origin::kSimulated).body);
}

std::int64_t CountOf(const HistogramChart& chart) {
  return std::accumulate(
      chart.bins.begin(), chart.bins.end(), std::int64_t{0},
      [](std::int64_t sum, const Bin& bin) { return sum + bin.count; });
}

void ExpectSideBySide(const HistogramChart& chart) {
  for (std::size_t i = 0; i < chart.bins.size(); ++i) {
    EXPECT_LT(chart.bins[i].low, chart.bins[i].high);
    if (i == 0) continue;
    EXPECT_EQ(chart.bins[i].low, chart.bins[i - 1].high);
  }
}

TEST(LatencyChart, CountsEveryValueOnce) {
  std::mt19937 random(3);
  Histogram histogram;
  constexpr int kCount = 5000;
  for (int i = 0; i < kCount; ++i) {
    histogram.Record(1ms + std::chrono::nanoseconds(random() % 2'000'000));
  }
  const HistogramChart chart = ChartOf(histogram);
  EXPECT_FALSE(chart.x.is_log);
  EXPECT_EQ(CountOf(chart), kCount);
  ExpectSideBySide(chart);
  EXPECT_LE(chart.bins.size(), 40U);
  EXPECT_GT(chart.bins.size(), 25U);
  EXPECT_LE(chart.bins.front().low, 1.0);
  EXPECT_GE(chart.bins.back().high, 3.0 * 0.99);
}

TEST(LatencyChart, IsLogarithmicWhereValuesLieFarApart) {
  Histogram histogram;
  for (int i = 0; i < 99; ++i) histogram.Record(1ms);
  histogram.Record(500ms);
  const HistogramChart chart = ChartOf(histogram);
  EXPECT_TRUE(chart.x.is_log);
  EXPECT_EQ(CountOf(chart), 100);
  ExpectSideBySide(chart);
  EXPECT_GT(chart.bins.front().low, 0);
  EXPECT_EQ(chart.bins.back().count, 1);
}

TEST(LatencyChart, OfOneValueIsOneBin) {
  Histogram histogram;
  histogram.Record(2ms);
  const HistogramChart chart = ChartOf(histogram);
  ASSERT_EQ(chart.bins.size(), 1U);
  EXPECT_LE(chart.bins[0].low, 2);
  EXPECT_GT(chart.bins[0].high, 2);
}

TEST(LatencyChart, TakesAValueOfZero) {
  Histogram histogram;
  histogram.Record(0ms);
  histogram.Record(1ms);
  const HistogramChart chart = ChartOf(histogram);
  EXPECT_TRUE(chart.x.is_log);
  EXPECT_GT(chart.bins.front().low, 0);
  EXPECT_EQ(CountOf(chart), 2);
}

TEST(LatencyChart, MarksWhatTheHistogramSays) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Record(i * 1us);
  const HistogramChart chart = ChartOf(histogram);
  ASSERT_EQ(chart.marks.size(), 3U);
  EXPECT_EQ(chart.marks[0].name, "median");
  EXPECT_NEAR(chart.marks[0].value, 0.050, 0.001);
  EXPECT_EQ(chart.marks[2].name, "p99");
  EXPECT_NEAR(chart.marks[2].value, 0.099, 0.002);
}

}  // namespace
}  // namespace coralline
