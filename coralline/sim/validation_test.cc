#include "coralline/sim/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/base/error.h"

namespace coralline {
namespace {

TEST(ErrorsOf, TakesMedianTailAndRange) {
  Series series{.name = "x", .file = "x.csv"};
  for (int i = 1; i <= 11; ++i) {
    series.rows.push_back({.measured = {.ms_per_inference = 100},
                           .ms = 100.0 + (i % 2 == 0 ? i : -i),
                           .low_ms = i > 9 ? 101.0 : 99.0,
                           .high_ms = 110});
  }
  series.rows[0].memory_agrees = true;
  series.rows[1].memory_agrees = false;
  const SeriesErrors errors = ErrorsOf(series);
  EXPECT_EQ(errors.rows, 11);
  EXPECT_NEAR(errors.median, 0.06, 1e-9);
  EXPECT_NEAR(errors.p90, 0.10, 1e-9);
  EXPECT_NEAR(errors.maximum, 0.11, 1e-9);
  EXPECT_NEAR(errors.share_in_range, 9.0 / 11, 1e-9);
  EXPECT_EQ(errors.memory_rows, 2);
  EXPECT_EQ(errors.memory_matches, 1);
}

TEST(Validate, SaysThatNothingIsThere) {
  EXPECT_THROW(Validate("no-such-folder", ReadDeviceSpec("edgetpu-pcie")),
               Error);
}

// What the published series must be explained to.
struct Target {
  const char* series;
  double median = 1;
  double maximum = 10;
  double share_in_range = 0;
};

constexpr Target kTargets[] = {
    {"FC, 1 TPU, on chip", 0.16},
    {"FC, 1 TPU, streaming", 0.005, 0.02},
    {"CONV, 1 TPU, on chip", 0.03},
    {"CONV, 1 TPU, streaming", 0.03},
    {"CONV, 2 layers", 0.10},
    {"FC, 2 TPUs, batch 50, default cut", 0.05},
    {"FC, 2 TPUs, batch 50, profiled cut", 0.05},
    {"FC, 4 TPUs, batch 50, default cut", 0.05},
    {"FC, 4 TPUs, batch 50, profiled cut", 0.05},
    {"FC, 4 TPUs, batch 50, balanced cut", 0.05},
    {"CONV, 2 TPUs, batch 100, default cut", 0.12, 10, 0.8},
    {"CONV, 2 TPUs, batch 100, profiled cut", 0.12, 10, 0.8},
    {"CONV, 4 TPUs, batch 100, default cut", 0.12, 10, 0.8},
    {"CONV, 4 TPUs, batch 100, profiled cut", 0.12, 10, 0.8},
};

TEST(Validate, MeetsTheTargetsOnThePublishedSeries) {
  if (!std::filesystem::exists(CORALLINE_MEASUREMENTS_DIR "/fc_1tpu.csv")) {
    GTEST_SKIP() << "the published measurements are not here";
  }
  const Validation validation =
      Validate(CORALLINE_MEASUREMENTS_DIR, ReadDeviceSpec("edgetpu-pcie"));
  EXPECT_THAT(validation.missing_files, testing::IsEmpty());
  int found = 0;
  int rows = 0;
  double in_range = 0;
  int memory_rows = 0;
  int memory_matches = 0;
  for (const Series& series : validation.series) {
    SCOPED_TRACE(series.name);
    const SeriesErrors errors = ErrorsOf(series);
    EXPECT_GT(errors.rows, 5);
    rows += errors.rows;
    in_range += errors.rows * errors.share_in_range;
    memory_rows += errors.memory_rows;
    memory_matches += errors.memory_matches;
    for (const Target& target : kTargets) {
      if (series.name != target.series) continue;
      ++found;
      EXPECT_LE(errors.median, target.median);
      EXPECT_LE(errors.maximum, target.maximum);
      EXPECT_GE(errors.share_in_range, target.share_in_range);
    }
  }
  EXPECT_EQ(found, static_cast<int>(std::size(kTargets)));
  EXPECT_GE(in_range, 0.9 * rows);
  EXPECT_GT(memory_rows, 1000);
  EXPECT_GE(memory_matches, 0.99 * memory_rows);
  ASSERT_EQ(validation.winners.size(), 2U);
  for (const WinnerCount& winner : validation.winners) {
    EXPECT_GE(winner.right, 0.9 * winner.widths) << winner.name;
  }
}

}  // namespace
}  // namespace coralline
