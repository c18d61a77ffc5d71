#include "coralline/profile/median.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace coralline {
namespace {

using std::chrono::nanoseconds;

// 1, 2, ... n: a time is its rank.
std::vector<nanoseconds> Ranks(int n) {
  std::vector<nanoseconds> times;
  for (int i = n; i > 0; --i) times.emplace_back(i);
  return times;
}

TEST(MedianOf, TakesTheRanksOfTheTables) {
  struct Row {
    int n, low, high;
  };
  // Conover, table A3: binomial distribution, p = 0.5.
  for (const Row row :
       {Row{6, 1, 6}, Row{8, 1, 8}, Row{9, 2, 8}, Row{10, 2, 9}, Row{15, 4, 12},
        Row{20, 6, 15}, Row{25, 8, 18}, Row{100, 40, 61}}) {
    const MedianInterval interval = MedianOf(Ranks(row.n));
    EXPECT_EQ(interval.low, nanoseconds(row.low)) << row.n;
    EXPECT_EQ(interval.high, nanoseconds(row.high)) << row.n;
  }
}

TEST(MedianOf, IsTheMiddleOrBetweenTheTwoMiddleTimes) {
  EXPECT_EQ(MedianOf(Ranks(7)).median, nanoseconds(4));
  EXPECT_EQ(MedianOf({nanoseconds(10), nanoseconds(20)}).median,
            nanoseconds(15));
}

TEST(MedianOf, SpansAllOfTooFewTimes) {
  const MedianInterval interval = MedianOf(Ranks(5));
  EXPECT_EQ(interval.low, nanoseconds(1));
  EXPECT_EQ(interval.high, nanoseconds(5));
  EXPECT_EQ(MedianOf(Ranks(1)).low, nanoseconds(1));
  EXPECT_EQ(MedianOf(Ranks(1)).high, nanoseconds(1));
}

TEST(MedianOf, NarrowsWithTheRootOfManyTimes) {
  // The normal approximation: n / 2 -+ 1.96 sqrt(n) / 2.
  const MedianInterval interval = MedianOf(Ranks(10000));
  EXPECT_NEAR(static_cast<double>(interval.low.count()), 4902, 2);
  EXPECT_NEAR(static_cast<double>(interval.high.count()), 5099, 2);
}

TEST(MedianOf, HoldsTheTrueMedianInNineteenOfTwentySamples) {
  std::mt19937_64 random(7);
  std::exponential_distribution<double> skewed(std::log(2) / 1000);
  constexpr int kTrials = 4000;
  int held = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<nanoseconds> times(25);
    for (auto& time : times) {
      time = nanoseconds(static_cast<std::int64_t>(skewed(random)));
    }
    const MedianInterval interval = MedianOf(times);
    if (interval.low.count() <= 1000 && interval.high.count() >= 1000) ++held;
  }
  // 95.7 % is exact for 25 times; three standard deviations are 1 %.
  EXPECT_NEAR(held, 0.957 * kTrials, 0.01 * kTrials);
}

}  // namespace
}  // namespace coralline
