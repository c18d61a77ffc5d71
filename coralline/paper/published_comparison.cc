#include "coralline/paper/published_comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "coralline/base/check.h"

namespace coralline::paper {
namespace {

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double ValueOf(const SimulatedRow& row, const std::string& unit) {
  if (unit == "ms") return row.ms;
  if (unit == "x") return row.speedup;
  if (unit == "on_chip_mib") return Sum(row.on_chip_mib);
  CORALLINE_CHECK(unit == "off_chip_mib");
  return Sum(row.off_chip_mib);
}

double Size(const ComparedPoint& point) { return std::abs(point.difference()); }

bool IsOf(const SeriesDifference& series, const PublishedPoint& point) {
  return series.series == point.experiment && series.devices == point.devices &&
         series.unit == point.unit;
}

int LastWidth(const std::string& series) {
  for (const Experiment& experiment : Experiments()) {
    if (experiment.series == series) return experiment.last_width;
  }
  return 0;
}

double Median(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

double ComparedPoint::difference() const {
  if (published.value == simulated) return 0;
  return simulated / published.value - 1;
}

std::vector<ComparedPoint> ComparePoints(
    const std::vector<SimulatedRow>& rows) {
  std::vector<ComparedPoint> points;
  for (const PublishedPoint& published : PublishedPoints()) {
    const SimulatedRow* row =
        FindRow(rows, published.experiment, published.devices, published.width);
    if (!row) continue;
    ComparedPoint point{.published = published,
                        .simulated = ValueOf(*row, published.unit)};
    if (published.unit == "ms") {
      point.is_in_range =
          row->low_ms <= published.value && published.value <= row->high_ms;
    }
    points.push_back(std::move(point));
  }
  return points;
}

std::vector<SeriesDifference> Differences(
    const std::vector<ComparedPoint>& points) {
  std::vector<SeriesDifference> all;
  std::vector<std::vector<double>> sizes;
  for (const ComparedPoint& point : points) {
    const PublishedPoint& published = point.published;
    auto found = std::find_if(
        all.begin(), all.end(),
        [&](const SeriesDifference& s) { return IsOf(s, published); });
    if (found == all.end()) {
      all.push_back({.series = published.experiment,
                     .devices = published.devices,
                     .unit = published.unit,
                     .worst = point});
      sizes.emplace_back();
      found = all.end() - 1;
    }
    ++found->points;
    sizes[static_cast<std::size_t>(found - all.begin())].push_back(Size(point));
    found->in_range += point.is_in_range.value_or(false) ? 1 : 0;
    if (Size(point) > Size(found->worst)) found->worst = point;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].median = Median(std::move(sizes[i]));
  }
  return all;
}

std::optional<BestSpeedUp> BestOf(const std::vector<SimulatedRow>& rows,
                                  const std::string& series, int devices) {
  std::optional<BestSpeedUp> best;
  const int last_width = LastWidth(series);
  for (const SimulatedRow& row : rows) {
    if (row.experiment != series || row.devices != devices ||
        row.width > last_width) {
      continue;
    }
    if (!best || row.speedup > best->speedup) best = {row.speedup, row.width};
  }
  return best;
}

const SimulatedRow* FindRow(const std::vector<SimulatedRow>& rows,
                            const std::string& series, int devices, int width) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const SimulatedRow& row) {
        return row.width == width && row.devices == devices &&
               row.experiment == series;
      });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace coralline::paper
