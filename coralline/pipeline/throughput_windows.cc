#include "coralline/pipeline/throughput_windows.h"

#include <cmath>
#include <numeric>

namespace coralline {

void ThroughputWindows::Add(std::int64_t results, Clock::time_point now) {
  results_ += results;
  if (adds_++ % adds_per_window_ != 0) return;
  marks_[num_marks_++] = {results_, now};
  if (num_marks_ == kMaxWindows + 1) MergePairs();
}

void ThroughputWindows::MergePairs() {
  num_marks_ = kMaxWindows / 2 + 1;
  for (int i = 0; i < num_marks_; ++i) marks_[i] = marks_[2 * i];
  adds_per_window_ *= 2;
}

std::vector<double> ThroughputWindows::rates() const {
  std::vector<double> rates;
  for (int i = 1; i < num_marks_; ++i) {
    const std::chrono::duration<double> time =
        marks_[i].time - marks_[i - 1].time;
    if (time.count() <= 0) continue;
    rates.push_back(
        static_cast<double>(marks_[i].results - marks_[i - 1].results) /
        time.count());
  }
  return rates;
}

std::optional<double> ThroughputWindows::variation() const {
  constexpr std::size_t kFewest = 10;
  const std::vector<double> values = rates();
  if (values.size() < kFewest) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return mean > 0 ? std::sqrt(squares / (count - 1)) / mean : 0;
}

}  // namespace coralline
