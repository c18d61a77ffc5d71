#include "coralline/pipeline/run.h"

#include <algorithm>
#include <future>
#include <limits>

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

// Keeps `in_flight` requests inside until the limits are reached, then drains.
// Takes results by the half of them, so that the last stage seldom has to wake
// this thread. Returns the number of requests.
std::int64_t Feed(Pipeline& pipeline,
                  const std::vector<std::vector<TensorData>>& input_sets,
                  int in_flight, const Limits& limits, Histogram& latency) {
  Completion completion;
  std::int64_t pushed = 0;
  std::int64_t popped = 0;
  const auto inside = [&] { return static_cast<int>(pushed - popped); };
  do {
    while (inside() < in_flight && !limits.Reached(pushed)) {
      const auto set = static_cast<std::size_t>(pushed) % input_sets.size();
      pipeline.Push(input_sets[set]);
      ++pushed;
    }
    const int wanted = std::min(inside(), std::max(1, in_flight / 2));
    pipeline.WaitForResults(wanted);
    for (int i = 0; i < wanted; ++i, ++popped) {
      pipeline.Pop(completion);
      latency.Record(completion.latency);
    }
  } while (inside() > 0 || !limits.Reached(pushed));
  return popped;
}

// Feeds for the time or number of requests asked for, and measures.
template <typename FeedFunction>
RunStats Measure(const RunOptions& options, const FeedFunction& feed) {
  RunStats stats;
  const auto start = Clock::now();
  const auto deadline =
      options.duration ? start + *options.duration : Clock::time_point::max();
  stats.requests = feed(
      Limits{options.requests.value_or(kUnlimited), deadline, options.stop},
      stats.latency);
  stats.wall = Clock::now() - start;
  const double seconds = std::chrono::duration<double>(stats.wall).count();
  stats.throughput_rps =
      seconds > 0 ? static_cast<double>(stats.requests) / seconds : 0;
  stats.stopped = options.stop && options.stop->load();
  return stats;
}

// Runs requests one after another. Returns their number.
std::int64_t FeedDirectly(
    Executable& executable,
    const std::vector<std::vector<TensorData>>& input_sets,
    const Limits& limits, Histogram& latency) {
  std::vector<TensorData> outputs;
  for (const TensorSpec& spec : executable.outputs()) {
    outputs.emplace_back(spec.bytes);
  }
  const std::vector<MutableBytes> output_spans(outputs.begin(), outputs.end());
  std::int64_t done = 0;
  for (; !limits.Reached(done); ++done) {
    const auto start = Clock::now();
    const auto& set =
        input_sets[static_cast<std::size_t>(done) % input_sets.size()];
    const std::vector<ConstBytes> input_spans(set.begin(), set.end());
    executable.Run(input_spans, output_spans);
    latency.Record(Clock::now() - start);
  }
  return done;
}

}  // namespace

RunStats RunRequests(Pipeline& pipeline,
                     const std::vector<std::vector<TensorData>>& input_sets,
                     const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  const int wanted =
      options.in_flight > 0 ? options.in_flight : 4 * pipeline.num_stages();
  const int in_flight = std::min(wanted, pipeline.max_in_flight());
  Histogram warmup;
  Feed(pipeline, input_sets, in_flight,
       {options.warmup_requests, Clock::time_point::max(), options.stop},
       warmup);
  pipeline.ResetStats();

  RunStats stats = Measure(options, [&](const Limits& limits, auto& latency) {
    return Feed(pipeline, input_sets, in_flight, limits, latency);
  });
  stats.stages = pipeline.Stats();
  return stats;
}

RunStats RunWithoutPipeline(
    Executable& executable,
    const std::vector<std::vector<TensorData>>& input_sets,
    const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  auto run = std::async(std::launch::async, [&] {
    executable.BindThread();
    Histogram warmup;
    FeedDirectly(
        executable, input_sets,
        {options.warmup_requests, Clock::time_point::max(), options.stop},
        warmup);
    return Measure(options, [&](const Limits& limits, auto& latency) {
      return FeedDirectly(executable, input_sets, limits, latency);
    });
  });
  return run.get();
}

}  // namespace coralline
