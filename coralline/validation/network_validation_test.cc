#include "coralline/validation/network_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/validation/published_networks.h"

namespace coralline {
namespace {

TEST(ErrorsOf, TakesMedianAndShareInRange) {
  NetworkSeries series{.name = "x"};
  for (const double ms : {99.0, 102.0, 110.0}) {
    series.rows.push_back({.measured_ms = 100, .range = {ms, ms - 5, ms + 5}});
  }
  const NetworkErrors errors = ErrorsOf(series);
  EXPECT_EQ(errors.rows, 3);
  EXPECT_NEAR(errors.median, 0.02, 1e-12);
  EXPECT_NEAR(errors.maximum, 0.10, 1e-12);
  EXPECT_NEAR(errors.share_in_range, 2.0 / 3, 1e-12);
  EXPECT_EQ(ErrorsOf(NetworkSeries{}).rows, 0);
}

TEST(ValidateNetworks, ListsWhatIsMissing) {
  const NetworkValidation validation = ValidateNetworks("no-such-folder");
  EXPECT_THAT(validation.missing_files,
              testing::ElementsAre("networks.csv", "links.csv"));
  EXPECT_TRUE(validation.series.empty());
}

struct Target {
  const char* series;
  double median = 1;
  double maximum = 10;
  double share_in_range = 0;
};

constexpr Target kTargets[] = {
    {"21 classifiers, warm", 0.03, 0.08, 0.95},
    {"21 classifiers, first", 0.03, 0.08, 0.95},
    {"21 classifiers, warm, a width or family out", 0.03, 0.08, 0.9},
    {"21 classifiers, warm, a size or family out", 0.03, 0.08, 0.9},
    {"21 classifiers, first, a width or family out", 0.03, 0.08, 0.9},
    {"2 networks on 5 hosts, each solved from both", 0.01, 0.02, 1},
    {"Inception v4 on 5 hosts, rate of another, fixed from MobileNet v2", 0.10},
};

TEST(ValidateNetworks, MeetsTheTargetsOnThePublishedNetworks) {
  if (!std::filesystem::exists(CORALLINE_MEASUREMENTS_DIR "/networks.csv")) {
    GTEST_SKIP() << "the published measurements are not here";
  }
  const NetworkValidation validation =
      ValidateNetworks(CORALLINE_MEASUREMENTS_DIR);
  EXPECT_THAT(validation.missing_files, testing::IsEmpty());
  int found = 0;
  for (const NetworkSeries& series : validation.series) {
    SCOPED_TRACE(series.name);
    const NetworkErrors errors = ErrorsOf(series);
    for (const Target& target : kTargets) {
      if (series.name != target.series) continue;
      ++found;
      EXPECT_LE(errors.median, target.median);
      EXPECT_LE(errors.maximum, target.maximum);
      EXPECT_GE(errors.share_in_range, target.share_in_range);
    }
  }
  EXPECT_EQ(found, static_cast<int>(std::size(kTargets)));
}

TEST(ClassifierSpec, IsWhatCalibrateMakesOfTheRows) {
  const std::filesystem::path file = CORALLINE_MEASUREMENTS_DIR "/networks.csv";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "the published measurements are not here";
  }
  const Calibration result =
      CalibrateNetworks(ReadDeviceSpec("edgetpu-uint8-classifiers"),
                        ReadNetworkMeasurements(file));
  for (const FittedConstant& constant : result.constants) {
    EXPECT_TRUE(constant.is_determined) << constant.path;
    EXPECT_NEAR(constant.new_value, constant.old_value,
                1e-3 * constant.old_value)
        << constant.path;
  }
}

}  // namespace
}  // namespace coralline
