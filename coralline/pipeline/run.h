#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "coralline/base/histogram.h"
#include "coralline/pipeline/pipeline.h"
#include "coralline/pipeline/throughput_windows.h"

namespace coralline {

/// How long to run, and how.
struct RunOptions {
  /// Whichever limit comes first ends the run; at least one is set.
  std::optional<std::int64_t> requests;
  std::optional<std::chrono::nanoseconds> duration;
  /// Requests that run before and are not measured.
  std::int64_t warmup_requests = 20;
  /// Requests inside at any time; 0 means four times the number of devices.
  int in_flight = 0;
  /// Of each request.
  RequestOptions request;
  /// Called with each answer of a request that is done, warm-up included, and
  /// the number of its input set, on the calling thread: it takes its time from
  /// the run. May be empty.
  std::function<void(const ResultView& result, std::size_t set)> on_done;
  /// When it turns true the run drains and ends early.
  const std::atomic<bool>* stop = nullptr;
};

/// What a run achieved.
struct RunStats {
  /// Answered: those done, and those that failed or expired.
  std::int64_t requests = 0;
  std::int64_t failed = 0;
  std::int64_t expired = 0;
  std::int64_t cancelled = 0;
  /// Started again after a fault.
  std::int64_t rerun = 0;
  /// The first, of a request that failed or of Push, which ends the run. What
  /// is measured until then is here all the same.
  std::optional<Error> error;
  /// From the first Push to the last result, fill and drain included.
  std::chrono::nanoseconds wall{0};
  /// These three are of the requests that are done.
  double throughput_rps = 0;
  Histogram latency;
  ThroughputWindows windows;
  /// Those that run at the end.
  std::vector<StageStats> stages;
  std::vector<PipelineEvent> events;
  bool stopped = false;

  std::int64_t done() const { return requests - failed - expired - cancelled; }
};

/// Sends requests with the given inputs, one set after another in turn, keeping
/// `in_flight` of them inside (or fewer, where the pipeline has no room), and
/// measures, without allocating for a request. Small inputs are handed in by
/// the callbacks of answers, others by the calling thread. The pipeline is
/// empty before and after and stays open. Failures are in the result: see
/// RunStats::error. Requires one set or more.
RunStats RunRequests(Pipeline& pipeline,
                     const std::vector<std::vector<TensorData>>& input_sets,
                     const RunOptions& options);

/// The baseline: the same requests one after another on one thread, without a
/// pipeline; the thread is a new one, moved to where the executable runs.
/// `in_flight` and `request` are ignored. Throws what an inference throws.
RunStats RunWithoutPipeline(
    Executable& executable,
    const std::vector<std::vector<TensorData>>& input_sets,
    const RunOptions& options);

}  // namespace coralline
