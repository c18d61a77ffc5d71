#include "coralline/paper/published.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "coralline/paper/experiments.h"
#include "coralline/sim/measurement.h"

namespace coralline::paper {
namespace {

std::set<std::string> SeriesNames() {
  std::set<std::string> names;
  for (const Experiment& experiment : Experiments()) {
    names.insert(std::string(experiment.series));
  }
  return names;
}

TEST(Published, PointsAreOfExperimentsOrTheCpu) {
  const auto names = SeriesNames();
  for (const PublishedPoint& point : PublishedPoints()) {
    SCOPED_TRACE(point.experiment);
    EXPECT_TRUE(names.contains(point.experiment) ||
                point.experiment == point.kind + "-cpu");
    EXPECT_THAT(point.unit,
                testing::AnyOf("ms", "x", "on_chip_mib", "off_chip_mib"));
    EXPECT_FALSE(point.source.empty());
    EXPECT_GT(point.width, 0);
  }
}

TEST(Published, EveryExperimentOfThePaperHasAFigure) {
  std::set<std::pair<std::string, int>> known;
  for (const PublishedPoint& point : PublishedPoints()) {
    known.insert({point.experiment, point.devices});
  }
  for (const Headline& headline : Headlines()) {
    known.insert({headline.experiment, headline.devices});
  }
  for (const Experiment& experiment : Experiments()) {
    if (experiment.cut == Cut::kOptimal) continue;
    EXPECT_TRUE(
        known.contains({std::string(experiment.series), experiment.devices}))
        << experiment.name();
  }
}

TEST(Published, HeadlineWidthsAreEmulated) {
  const Widths widths = EmulatedWidths();
  for (const Headline& headline : Headlines()) {
    if (headline.width == 0) continue;
    EXPECT_THAT(
        widths.of(headline.experiment.substr(0, headline.experiment.find('-'))),
        testing::Contains(headline.width));
  }
}

// The published series themselves, where they are at hand.
class PublishedSeries : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder_ / "fc_1tpu.csv")) {
      GTEST_SKIP() << "the published measurements are not here";
    }
  }

  std::vector<Measurement> Read(const std::string& file) const {
    return ReadMeasurements(folder_ / file);
  }

  // Of one file of several that hold the series.
  std::map<int, double> OneDevice(const std::string& kind) const {
    std::map<int, double> times;
    const std::string source = kind == "fc" ? "stepN40" : "maxF750";
    for (const Measurement& row : Read(kind + "_1tpu.csv")) {
      if (row.source_file.find(source) == std::string::npos) continue;
      times[row.width] = row.ms_per_inference;
    }
    return times;
  }

  // The best speed-up of a raw series; 0 where there is none.
  std::pair<double, int> Best(const std::string& series, int devices) const {
    const std::map<std::string, std::string> files = {
        {"default", "default"},
        {"profiled", "profiled"},
        {"balanced", "balanced_threshold"}};
    const auto kind = series.substr(0, series.find('-'));
    const auto rest = series.substr(kind.size() + 1);
    const auto cut = rest.substr(0, rest.find('-'));
    const int batch = std::stoi(rest.substr(rest.find("batch") + 5));
    const std::string file =
        kind + '_' + std::to_string(devices) + "tpu_" + files.at(cut) + ".csv";
    if (!std::filesystem::exists(folder_ / file)) return {};
    const auto whole = OneDevice(kind);
    std::pair<double, int> best;
    for (const Measurement& row : Read(file)) {
      if (row.batch != batch) continue;
      best = std::max(best,
                      {whole.at(row.width) / row.ms_per_inference, row.width});
    }
    return best;
  }

  const std::filesystem::path folder_ = CORALLINE_MEASUREMENTS_DIR;
};

TEST_F(PublishedSeries, RawHeadlinesAreTheBestOfTheSeries) {
  int compared = 0;
  for (const Headline& headline : Headlines()) {
    if (headline.copy != "raw") continue;
    const auto [speedup, width] = Best(headline.experiment, headline.devices);
    if (width == 0) continue;
    SCOPED_TRACE(headline.experiment + std::to_string(headline.devices));
    EXPECT_NEAR(speedup, headline.speedup, headline.speedup * 0.005);
    EXPECT_EQ(width, headline.width);
    ++compared;
  }
  EXPECT_EQ(compared, 13);
}

TEST_F(PublishedSeries, TimesAreThoseOfTheFiles) {
  std::set<std::tuple<std::string, int, int, int, std::string>> rows;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    const std::string name = file.path().filename();
    if (!name.starts_with("fc_") && !name.starts_with("conv_")) continue;
    for (const Measurement& row : ReadMeasurements(file.path())) {
      char digits[32];
      std::snprintf(digits, sizeof(digits), "%.6g", row.ms_per_inference);
      rows.insert({row.source_file, row.width, row.segments, row.batch,
                   std::string(digits)});
    }
  }
  for (const PublishedPoint& point : PublishedPoints()) {
    const bool is_cpu = point.experiment.ends_with("-cpu");
    if (point.unit != "ms" || is_cpu || !point.source.ends_with(".csv")) {
      continue;
    }
    char digits[32];
    std::snprintf(digits, sizeof(digits), "%.6g", point.value);
    EXPECT_TRUE(rows.contains(
        {point.source, point.width, point.devices, point.batch, digits}))
        << point.experiment << ' ' << point.width << ' ' << digits;
  }
}

}  // namespace
}  // namespace coralline::paper
