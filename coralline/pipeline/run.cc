#include "coralline/pipeline/run.h"

#include <algorithm>
#include <future>
#include <limits>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

struct Limits {
  std::int64_t requests;
  Clock::time_point deadline;
  const std::atomic<bool>* stop;

  bool Reached(std::int64_t pushed) const {
    return pushed >= requests || (stop && stop->load()) ||
           (deadline != Clock::time_point::max() && Clock::now() >= deadline);
  }
};

using Inputs = std::vector<std::vector<TensorData>>;

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

void Count(const Completion& completion, RunStats& stats) {
  ++stats.requests;
  switch (completion.outcome) {
    case Outcome::kDone:
      return stats.latency.Record(completion.latency);
    case Outcome::kFailed:
      ++stats.failed;
      if (!stats.error) stats.error = completion.error;
      return;
    case Outcome::kExpired:
      ++stats.expired;
      return;
    case Outcome::kCancelled:
      ++stats.cancelled;
      return;
  }
}

// Keeps `in_flight` requests inside until the limits are reached, then drains.
// Takes results by the half of them, so that the last stage seldom has to wake
// this thread.
void Feed(Pipeline& pipeline, const Inputs& input_sets, int in_flight,
          const RequestOptions& request, const Limits& limits,
          RunStats& stats) {
  Completion completion;
  std::int64_t pushed = 0;
  bool refused = false;
  const auto inside = [&] { return static_cast<int>(pushed - stats.requests); };
  for (;;) {
    while (inside() < in_flight && !refused && !limits.Reached(pushed)) {
      const auto set = static_cast<std::size_t>(pushed) % input_sets.size();
      refused = !Send(pipeline, input_sets[set], request, stats);
      if (!refused) ++pushed;
    }
    if (inside() == 0) return;
    const int wanted = std::min(inside(), std::max(1, in_flight / 2));
    const std::int64_t done_before = stats.done();
    pipeline.WaitForResults(wanted);
    const auto now = Clock::now();
    for (int i = 0; i < wanted; ++i) {
      pipeline.Pop(completion);
      Count(completion, stats);
    }
    stats.windows.Add(stats.done() - done_before, now);
  }
}

// Feeds for the time or number of requests asked for, and measures.
template <typename FeedFunction>
RunStats Measure(const RunOptions& options, const FeedFunction& feed) {
  RunStats stats;
  const auto start = Clock::now();
  const auto deadline =
      options.duration ? start + *options.duration : Clock::time_point::max();
  feed(Limits{options.requests.value_or(kUnlimited), deadline, options.stop},
       stats);
  stats.wall = Clock::now() - start;
  const double seconds = std::chrono::duration<double>(stats.wall).count();
  stats.throughput_rps =
      seconds > 0 ? static_cast<double>(stats.done()) / seconds : 0;
  stats.stopped = options.stop && options.stop->load();
  return stats;
}

// Runs requests one after another.
void FeedDirectly(Executable& executable, const Inputs& input_sets,
                  const Limits& limits, RunStats& stats) {
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

RunStats RunRequests(Pipeline& pipeline, const Inputs& input_sets,
                     const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  const int wanted =
      options.in_flight > 0 ? options.in_flight : 4 * pipeline.num_devices();
  const int in_flight = std::min(wanted, pipeline.max_in_flight());
  const auto feed = [&](const Limits& limits, RunStats& stats) {
    Feed(pipeline, input_sets, in_flight, options.request, limits, stats);
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

RunStats RunWithoutPipeline(Executable& executable, const Inputs& input_sets,
                            const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  auto run = std::async(std::launch::async, [&] {
    executable.BindThread();
    const auto feed = [&](const Limits& limits, RunStats& stats) {
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
