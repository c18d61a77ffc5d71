#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace coralline {

/// The throughput of a run in 20 to 39 windows of about as many results each,
/// in constant memory however long the run is: where there are 40 windows, two
/// become one. The time before the first results, while a pipeline fills, is in
/// none of them.
class ThroughputWindows {
 public:
  using Clock = std::chrono::steady_clock;

  /// `results` more are out `now`.
  void Add(std::int64_t results, Clock::time_point now);

  /// Results per second of each window, in order; fewer than 20 of a short run.
  std::vector<double> rates() const;
  /// Standard deviation of the rates over their mean; nullopt of fewer than 10
  /// windows.
  std::optional<double> variation() const;

 private:
  static constexpr int kMaxWindows = 40;
  struct Mark {
    std::int64_t results = 0;
    Clock::time_point time;
  };

  void MergePairs();

  std::int64_t results_ = 0;
  std::int64_t adds_ = 0;
  std::int64_t adds_per_window_ = 1;
  int num_marks_ = 0;  // the start of the first window, and the end of each
  std::array<Mark, kMaxWindows + 1> marks_;
};

}  // namespace coralline
