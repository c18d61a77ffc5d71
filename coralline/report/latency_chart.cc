#include "coralline/report/latency_chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace coralline {
namespace {

constexpr int kNumBins = 40;
constexpr double kLogFrom = 10;

double Ms(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

bool IsWide(const Histogram& histogram) {
  return Ms(histogram.max()) > kLogFrom * Ms(histogram.min());
}

// Where bin `i` of them ends: equal steps, or equal ratios.
double EdgeOf(int i, double low, double high, bool is_log) {
  const double share = static_cast<double>(i) / kNumBins;
  if (is_log) return low * std::pow(high / low, share);
  return low + share * (high - low);
}

// Bins are of whole buckets, so they are about equal: none is split.
std::vector<Bin> BinsOf(const Histogram& histogram, bool is_log) {
  const auto buckets = histogram.Buckets();
  // A logarithmic axis has no zero.
  constexpr double kLeastMs = 1e-6;
  const double low = std::max(Ms(buckets.front().low), is_log ? kLeastMs : 0);
  const double high = Ms(buckets.back().high);
  std::vector<Bin> bins;
  Bin bin{.low = low, .high = low};
  int edge = 1;
  for (const auto& bucket : buckets) {
    bin.high = Ms(bucket.high);
    bin.count += bucket.count;
    const bool is_last = &bucket == &buckets.back();
    if (!is_last && bin.high < EdgeOf(edge, low, high, is_log)) continue;
    bins.push_back(bin);
    while (edge < kNumBins && bin.high >= EdgeOf(edge, low, high, is_log)) {
      ++edge;
    }
    bin = {.low = bin.high, .high = bin.high};
  }
  return bins;
}

}  // namespace

Chart LatencyChart(const Histogram& latency, Origin origin) {
  const bool is_log = IsWide(latency);
  HistogramChart chart{.x = {"latency, ms", is_log},
                       .bins = BinsOf(latency, is_log)};
  for (const auto& [name, percent] :
       {std::pair("median", 50.0), {"p90", 90.0}, {"p99", 99.0}}) {
    chart.marks.push_back({name, Ms(latency.Percentile(percent))});
  }
  return {.id = "latency",
          .title = "How long requests take",
          .note =
              "From entering the pipeline to the last stage's end, waiting "
              "included.",
          .origin = origin,
          .body = std::move(chart)};
}

}  // namespace coralline
