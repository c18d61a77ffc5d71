#include "coralline/pipeline/run.h"

#include <algorithm>
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
// Returns the number of requests.
std::int64_t Feed(Pipeline& pipeline,
                  const std::vector<std::vector<TensorData>>& input_sets,
                  int in_flight, const Limits& limits, Histogram& latency) {
  Completion completion;
  std::int64_t pushed = 0;
  std::int64_t popped = 0;
  bool more = true;
  for (;;) {
    more = more && !limits.Reached(pushed);
    if (more && pushed - popped < in_flight) {
      const auto set = static_cast<std::size_t>(pushed) % input_sets.size();
      pipeline.Push(input_sets[set]);
      ++pushed;
    } else if (popped < pushed) {
      pipeline.Pop(completion);
      latency.Record(completion.latency);
      ++popped;
    } else {
      return popped;
    }
  }
}

}  // namespace

RunStats RunRequests(Pipeline& pipeline,
                     const std::vector<std::vector<TensorData>>& input_sets,
                     const RunOptions& options) {
  CORALLINE_CHECK(!input_sets.empty());
  CORALLINE_CHECK(options.requests || options.duration);
  const int wanted =
      options.in_flight > 0 ? options.in_flight : 2 * pipeline.num_stages();
  const int in_flight = std::min(wanted, pipeline.max_in_flight());
  Histogram warmup;
  Feed(pipeline, input_sets, in_flight,
       {options.warmup_requests, Clock::time_point::max(), options.stop},
       warmup);
  pipeline.ResetStats();

  RunStats stats;
  const auto start = Clock::now();
  const auto deadline =
      options.duration ? start + *options.duration : Clock::time_point::max();
  stats.requests =
      Feed(pipeline, input_sets, in_flight,
           {options.requests.value_or(kUnlimited), deadline, options.stop},
           stats.latency);
  stats.wall = Clock::now() - start;
  const double seconds = std::chrono::duration<double>(stats.wall).count();
  stats.throughput_rps =
      seconds > 0 ? static_cast<double>(stats.requests) / seconds : 0;
  stats.stages = pipeline.Stats();
  stats.stopped = options.stop && options.stop->load();
  return stats;
}

}  // namespace coralline
