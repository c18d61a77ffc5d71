#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "coralline/pipeline/run.h"

namespace coralline::internal {

using InputSets = std::vector<std::vector<TensorData>>;

/// When a run ends.
struct RunLimits {
  std::int64_t requests;
  std::chrono::steady_clock::time_point deadline;
  const std::atomic<bool>* stop;

  /// With so many requests sent.
  bool Reached(std::int64_t sent) const;
};

/// What feeding needs to know.
struct FeedOptions {
  int in_flight = 1;
  RequestOptions request;
  RunLimits limits;
  std::function<void(const ResultView&, std::size_t)> on_done = {};
};

/// Takes an answer into the counts.
void Count(const ResultView& result, RunStats& stats);

/// Keeps `in_flight` requests inside until the limits are reached, then drains.
/// The callback of each answer, on the thread that finished it, hands the next
/// request in, so that no thread has to be woken for it: what two stages on two
/// cores need to be fast. Requires in_flight < max_in_flight().
void FeedFromCallbacks(Pipeline& pipeline, const InputSets& input_sets,
                       const FeedOptions& options, RunStats& stats);

}  // namespace coralline::internal
