#include "coralline/paper/cpu_baseline.h"

#include <gmock/gmock.h>

#include "coralline/device/host.h"
#include "coralline/device/testing.h"

namespace coralline::paper {
namespace {

using testing::Each;
using testing::Le;

TEST(CpuBaseline, ThreadsAreThoseThatThereAreCoresFor) {
  EXPECT_EQ(CpuThreads().front(), 1);
  EXPECT_THAT(CpuThreads(), Each(Le(AvailableCores().size())));
}

TEST(CpuBaseline, MeasuresEachNetworkWithEachNumberOfThreads) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const auto rows = MeasureCpu("fc", {20, 40}, {.seconds = 0.01});
  ASSERT_EQ(rows->size(), 2 * CpuThreads().size());
  for (const CpuRow& row : *rows) {
    EXPECT_EQ(row.experiment, "fc-cpu");
    EXPECT_GT(row.inferences, 0);
    EXPECT_LE(row.p10_ms, row.ms);
    EXPECT_LE(row.ms, row.p90_ms);
    EXPECT_THAT(row.runtime, testing::Not(testing::HasSubstr(",")));
  }
}

TEST(CpuBaseline, GivesNothingWhereItIsStopped) {
  if (!testing_util::CanExecute()) GTEST_SKIP() << "no TFLite library";
  const std::atomic<bool> stop = true;
  EXPECT_FALSE(MeasureCpu("fc", {20}, {.stop = &stop}));
}

}  // namespace
}  // namespace coralline::paper
