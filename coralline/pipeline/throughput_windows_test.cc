#include "coralline/pipeline/throughput_windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace coralline {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class ThroughputWindowsTest : public testing::Test {
 protected:
  // 8 results after a time.
  void AddAfter(std::chrono::nanoseconds time) {
    windows_.Add(8, now_ += time);
  }

  ThroughputWindows windows_;
  ThroughputWindows::Clock::time_point now_;
};

TEST_F(ThroughputWindowsTest, LeaveTheFirstResultsOut) {
  EXPECT_THAT(windows_.rates(), SizeIs(0));
  AddAfter(1s);
  EXPECT_THAT(windows_.rates(), SizeIs(0));
  AddAfter(2ms);
  AddAfter(4ms);
  EXPECT_THAT(windows_.rates(), ElementsAre(4000, 2000));
  EXPECT_FALSE(windows_.variation());
}

TEST_F(ThroughputWindowsTest, AreTwentyOrMoreHoweverLongTheRun) {
  for (int batch = 0; batch < 100'000; ++batch) {
    AddAfter(1ms);
    if (batch < 20) continue;
    ASSERT_GE(windows_.rates().size(), 20U);
    ASSERT_LT(windows_.rates().size(), 40U);
  }
  EXPECT_THAT(windows_.rates(), Each(testing::DoubleNear(8000, 1e-6)));
  EXPECT_NEAR(*windows_.variation(), 0, 1e-9);
}

TEST_F(ThroughputWindowsTest, VaryAsTheirStandardDeviationSays) {
  AddAfter(0s);
  // Rates of 8000 and 4000: mean 6000, deviation 2000 times sqrt(10 / 9).
  for (int i = 0; i < 5; ++i) {
    AddAfter(1ms);
    AddAfter(2ms);
  }
  EXPECT_NEAR(*windows_.variation(), std::sqrt(10.0 / 9) / 3, 1e-9);
}

TEST_F(ThroughputWindowsTest, ShowAStandstill) {
  for (int i = 0; i < 1000; ++i) AddAfter(i == 500 ? 1s : 1ms);
  EXPECT_GT(*windows_.variation(), 0.1);
}

}  // namespace
}  // namespace coralline
