#include "coralline/profile/drift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace coralline {
namespace {

using std::chrono::nanoseconds;

std::vector<nanoseconds> Times(std::initializer_list<int> values) {
  std::vector<nanoseconds> times;
  for (const int value : values) times.emplace_back(value);
  return times;
}

TEST(DriftOf, ComparesTheMediansOfTheTwoHalves) {
  EXPECT_DOUBLE_EQ(*DriftOf(Times({100, 98, 102, 99, 101, 100,  //
                                   120, 118, 122, 119, 121, 120})),
                   0.2);
  EXPECT_DOUBLE_EQ(*DriftOf(Times({200, 200, 200, 200, 200, 200,  //
                                   150, 150, 150, 150, 150, 150})),
                   -0.25);
}

TEST(DriftOf, LeavesTheMiddleOfAnOddNumberOut) {
  EXPECT_DOUBLE_EQ(*DriftOf(Times({100, 100, 100, 100, 100, 100, 900,  //
                                   110, 110, 110, 110, 110, 110})),
                   0.1);
}

TEST(DriftOf, IsNothingWhereChanceMayExplainIt) {
  // Of six times the interval is all of them, and 101 is in both.
  EXPECT_EQ(DriftOf(Times({90, 91, 92, 93, 94, 101,  //
                           101, 110, 111, 112, 113, 114})),
            std::nullopt);
  EXPECT_TRUE(DriftOf(Times({90, 91, 92, 93, 94, 100,  //
                             101, 110, 111, 112, 113, 114})));
  EXPECT_EQ(DriftOf(std::vector(40, nanoseconds(7))), std::nullopt);
}

TEST(DriftOf, IsNothingForFewerThanTwelveTimes) {
  EXPECT_EQ(DriftOf(Times({1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2})), std::nullopt);
  EXPECT_EQ(DriftOf({}), std::nullopt);
}

TEST(DriftOf, SeldomSeesADriftInIndependentTimes) {
  constexpr int kTrials = 1000;
  std::mt19937 random(1);
  int found = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<nanoseconds> times(100);
    for (auto& time : times) time = nanoseconds(1000 + random() % 1000);
    found += DriftOf(times).has_value() ? 1 : 0;
  }
  EXPECT_LT(found, kTrials / 50);
}

TEST(DriftOf, SeesADeviceThatThrottlesSlowly) {
  std::mt19937 random(1);
  std::vector<nanoseconds> times(200);
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] = nanoseconds(10000 + 5 * i + random() % 500);
  }
  EXPECT_NEAR(*DriftOf(times), 0.05, 0.01);
}

}  // namespace
}  // namespace coralline
