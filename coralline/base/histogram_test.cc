#include "coralline/base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace coralline {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, IsZeroWhileEmpty) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.mean(), nanoseconds(0));
  EXPECT_EQ(histogram.Percentile(99), nanoseconds(0));
}

TEST(Histogram, IsExactBelow128Nanoseconds) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) {
    histogram.Record(nanoseconds(value));
  }
  EXPECT_EQ(histogram.min(), nanoseconds(1));
  EXPECT_EQ(histogram.max(), nanoseconds(100));
  EXPECT_EQ(histogram.sum(), nanoseconds(5050));
  EXPECT_EQ(histogram.Percentile(0), nanoseconds(1));
  EXPECT_EQ(histogram.Percentile(50), nanoseconds(50));
  EXPECT_EQ(histogram.Percentile(99), nanoseconds(99));
  EXPECT_EQ(histogram.Percentile(100), nanoseconds(100));
}

TEST(Histogram, ClampsValuesOutOfRange) {
  Histogram histogram;
  histogram.Record(nanoseconds(-5));
  histogram.Record(nanoseconds::max());
  EXPECT_EQ(histogram.min(), nanoseconds(0));
  EXPECT_EQ(histogram.max(), nanoseconds(std::int64_t{1} << 61));
}

TEST(Histogram, PercentilesAreWithinOneSixtyFourthOfTheExactOnes) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> lognormal(12, 3);
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 10000; ++i) {
    values.push_back(std::llround(lognormal(random)));
    histogram.Record(nanoseconds(values.back()));
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent * 100));
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto found =
        static_cast<double>(histogram.Percentile(percent).count());
    EXPECT_GE(found, exact);
    EXPECT_LE(found, exact * (1 + 1.0 / 64) + 1);
  }
}

TEST(Histogram, GivesItsBucketsSideBySide) {
  EXPECT_TRUE(Histogram().Buckets().empty());
  Histogram histogram;
  for (const int value : {3, 3, 5, 1000}) histogram.Record(nanoseconds(value));
  const auto buckets = histogram.Buckets();
  EXPECT_EQ(buckets[0].low, nanoseconds(3));
  EXPECT_EQ(buckets[0].high, nanoseconds(4));
  EXPECT_EQ(buckets[0].count, 2);
  EXPECT_EQ(buckets[1].count, 0);
  EXPECT_EQ(buckets[2].count, 1);
  EXPECT_LE(buckets.back().low, nanoseconds(1000));
  EXPECT_GT(buckets.back().high, nanoseconds(1000));
  EXPECT_EQ(buckets.back().count, 1);
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    EXPECT_EQ(buckets[i].low, buckets[i - 1].high);
  }
}

TEST(Histogram, GivesABucketOfZero) {
  Histogram histogram;
  histogram.Record(nanoseconds(0));
  const auto buckets = histogram.Buckets();
  ASSERT_EQ(buckets.size(), 1U);
  EXPECT_EQ(buckets[0].low, nanoseconds(0));
  EXPECT_EQ(buckets[0].count, 1);
}

}  // namespace
}  // namespace coralline
