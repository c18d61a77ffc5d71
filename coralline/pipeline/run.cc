#include "coralline/pipeline/run.h"

#include <algorithm>
#include <future>
#include <limits>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/pipeline/internal/feeding.h"

namespace coralline {
namespace {

using Clock = std::chrono::steady_clock;
using internal::FeedOptions;
using internal::InputSets;
using internal::RunLimits;
constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// Returns false where the pipeline takes no more.
bool Send(Pipeline& pipeline, const std::vector<TensorData>& inputs,
          const RequestOptions& options, RunStats& stats) {
  try {
    return pipeline.Push(inputs, options).has_value();
  } catch (const Error& error) {
    if (!stats.error) stats.error = error;
    return false;
  }
}

// Keeps `in_flight` requests inside until the limits are reached, then drains.
// Takes results by the half of them, so that the last stage seldom has to wake
// this thread.
void FeedFromHere(Pipeline& pipeline, const InputSets& input_sets,
                  const FeedOptions& options, RunStats& stats) {
  std::int64_t pushed = 0;
  bool refused = false;
  const auto inside = [&] { return static_cast<int>(pushed - stats.requests); };
  for (;;) {
    while (inside() < options.in_flight && !refused &&
           !options.limits.Reached(pushed)) {
      const auto set = static_cast<std::size_t>(pushed) % input_sets.size();
      refused = !Send(pipeline, input_sets[set], options.request, stats);
      if (!refused) ++pushed;
    }
    if (inside() == 0) return;
    const int wanted = std::min(inside(), std::max(1, options.in_flight / 2));
    const std::int64_t done_before = stats.done();
    pipeline.WaitForResults(wanted);
    const auto now = Clock::now();
    for (int i = 0; i < wanted; ++i) {
      internal::Count(pipeline.PopInPlace()->result(), stats);
    }
    stats.windows.Add(stats.done() - done_before, now);
  }
}

// Where copying them in on the thread of a stage costs next to nothing.
bool AreSmall(const std::vector<TensorData>& inputs) {
  constexpr std::size_t kSmall = 16 * 1024;
  std::size_t bytes = 0;
  for (const TensorData& input : inputs) bytes += input.size();
  return bytes <= kSmall;
}

// Feeds for the time or number of requests asked for, and measures.
template <typename FeedFunction>
RunStats Measure(const RunOptions& options, const FeedFunction& feed) {
  RunStats stats;
  const auto start = Clock::now();
  const auto deadline =
      options.duration ? start + *options.duration : Clock::time_point::max();
  feed(RunLimits{options.requests.value_or(kUnlimited), deadline, options.stop},
       stats);
  stats.wall = Clock::now() - start;
  const double seconds = std::chrono::duration<double>(stats.wall).count();
  stats.throughput_rps =
      seconds > 0 ? static_cast<double>(stats.done()) / seconds : 0;
  stats.stopped = options.stop && options.stop->load();
  return stats;
}

// Runs requests one after another.
void FeedDirectly(Executable& executable, const InputSets& input_sets,
                  const RunLimits& limits, RunStats& stats) {
  std::vector<TensorData> outputs;
  for (const TensorSpec& spec : executable.outputs()) {
    outputs.emplace_back(spec.bytes);
  }
  const std::vector<MutableBytes> output_spans(outputs.begin(), outputs.end());
  for (; !limits.Reached(stats.requests); ++stats.requests) {
    const auto start = Clock::now();
    const auto& set = input_sets[static_cast<std::size_t>(stats.requests) %
                                 input_sets.size()];
    const std::vector<ConstBytes> input_spans(set.begin(), set.end());
    executable.Run(input_spans, output_spans);
    const auto end = Clock::now();
    stats.latency.Record(end - start);
    stats.windows.Add(1, end);
  }
}

}  // namespace

RunStats RunRequests(Pipeline& pipeline, const InputSets& input_sets,
                     const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  const int wanted =
      options.in_flight > 0 ? options.in_flight : 4 * pipeline.num_devices();
  const int in_flight = std::min(wanted, pipeline.max_in_flight());
  const auto feed = [&](const RunLimits& limits, RunStats& stats) {
    const FeedOptions feeding{in_flight, options.request, limits};
    const bool from_callbacks =
        in_flight < pipeline.max_in_flight() && AreSmall(input_sets[0]);
    from_callbacks
        ? internal::FeedFromCallbacks(pipeline, input_sets, feeding, stats)
        : FeedFromHere(pipeline, input_sets, feeding, stats);
  };
  RunStats warmup;
  feed({options.warmup_requests, Clock::time_point::max(), options.stop},
       warmup);
  pipeline.ResetStats();

  RunStats stats = Measure(options, feed);
  if (warmup.error) stats.error = warmup.error;
  PipelineStats pipeline_stats = pipeline.Stats();
  stats.rerun = pipeline_stats.rerun;
  stats.stages = std::move(pipeline_stats.stages);
  stats.events = std::move(pipeline_stats.events);
  return stats;
}

RunStats RunWithoutPipeline(Executable& executable, const InputSets& input_sets,
                            const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  auto run = std::async(std::launch::async, [&] {
    executable.BindThread();
    executable.Upload();
    const auto feed = [&](const RunLimits& limits, RunStats& stats) {
      FeedDirectly(executable, input_sets, limits, stats);
    };
    RunStats warmup;
    feed({options.warmup_requests, Clock::time_point::max(), options.stop},
         warmup);
    return Measure(options, feed);
  });
  return run.get();
}

}  // namespace coralline
