#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "coralline/base/histogram.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline {

/// How long to run, and how.
struct RunOptions {
  /// Whichever limit comes first ends the run; at least one is set.
  std::optional<std::int64_t> requests;
  std::optional<std::chrono::nanoseconds> duration;
  /// Requests that run before and are not measured.
  std::int64_t warmup_requests = 20;
  /// Requests inside at any time; 0 means four times the number of stages.
  int in_flight = 0;
  /// When it turns true the run drains and ends early.
  const std::atomic<bool>* stop = nullptr;
};

/// What a run achieved.
struct RunStats {
  std::int64_t requests = 0;
  /// From the first Push to the last result, fill and drain included.
  std::chrono::nanoseconds wall{0};
  double throughput_rps = 0;
  Histogram latency;
  std::vector<StageStats> stages;
  bool stopped = false;
};

/// Sends requests with the given inputs, one set after another in turn, keeping
/// `in_flight` of them inside (or fewer, where the pipeline has no room), and
/// measures. The pipeline is empty before and
/// after and stays open. Throws what a stage throws. Requires one set or more.
RunStats RunRequests(Pipeline& pipeline,
                     const std::vector<std::vector<TensorData>>& input_sets,
                     const RunOptions& options);

/// The baseline: the same requests one after another on one thread, without a
/// pipeline; the thread is a new one, moved to where the executable runs.
/// `in_flight` is ignored. Throws as RunRequests does.
RunStats RunWithoutPipeline(
    Executable& executable,
    const std::vector<std::vector<TensorData>>& input_sets,
    const RunOptions& options);

}  // namespace coralline
