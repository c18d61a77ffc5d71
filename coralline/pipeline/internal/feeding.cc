#include "coralline/pipeline/internal/feeding.h"

#include <algorithm>
#include <mutex>
#include <optional>

namespace coralline::internal {
namespace {

using Clock = std::chrono::steady_clock;

// Callbacks come one at a time, each after all that the one before did. What
// the thread that begins shares with them is atomic.
class CallbackFeeder {
 public:
  CallbackFeeder(Pipeline& pipeline, const InputSets& input_sets,
                 const FeedOptions& options, RunStats& stats)
      : pipeline_(pipeline),
        input_sets_(input_sets),
        options_(options),
        stats_(stats) {}

  void Run() {
    const auto first =
        std::min<std::int64_t>(options_.in_flight, options_.limits.requests);
    if (options_.limits.Reached(0)) return;
    sent_ = first;
    inside_ = first;
    std::int64_t refused = 0;
    for (std::int64_t i = 0; i < first; ++i) refused += Send(i) ? 0 : 1;
    Leave(refused);
    for (auto left = inside_.load(); left > 0; left = inside_) {
      inside_.wait(left);
    }
    if (first_error_) stats_.error = first_error_;
  }

 private:
  // Returns false where the pipeline takes no more.
  bool Send(std::int64_t number) {
    const auto set = static_cast<std::size_t>(number) % input_sets_.size();
    try {
      return pipeline_
          .TrySubmit(
              input_sets_[set],
              [this](const ResultView& result) { Take(result); },
              options_.request)
          .has_value();
    } catch (const Error& error) {
      const std::lock_guard lock(mutex_);
      if (!first_error_) first_error_ = error;
      return false;
    }
  }

  void Take(const ResultView& result) {
    Count(result, stats_);
    stats_.windows.Add(result.outcome == Outcome::kDone ? 1 : 0, Clock::now());
    const std::int64_t number = sent_;
    if (!has_ended_ && !options_.limits.Reached(number)) {
      sent_ = number + 1;
      if (Send(number)) return;
    }
    has_ended_ = true;
    Leave(1);
  }

  void Leave(std::int64_t count) {
    if ((inside_ -= count) == 0) inside_.notify_one();
  }

  Pipeline& pipeline_;
  const InputSets& input_sets_;
  const FeedOptions options_;
  RunStats& stats_;
  std::atomic<std::int64_t> sent_{0};
  bool has_ended_ = false;  // of the callbacks
  std::mutex mutex_;
  std::optional<Error> first_error_;
  std::atomic<std::int64_t> inside_{0};
};

}  // namespace

bool RunLimits::Reached(std::int64_t sent) const {
  return sent >= requests || (stop && stop->load()) ||
         (deadline != Clock::time_point::max() && Clock::now() >= deadline);
}

void Count(const ResultView& result, RunStats& stats) {
  ++stats.requests;
  switch (result.outcome) {
    case Outcome::kDone:
      return stats.latency.Record(result.latency);
    case Outcome::kFailed:
      ++stats.failed;
      if (!stats.error) stats.error = *result.error;
      return;
    case Outcome::kExpired:
      ++stats.expired;
      return;
    case Outcome::kCancelled:
      ++stats.cancelled;
      return;
  }
}

void FeedFromCallbacks(Pipeline& pipeline, const InputSets& input_sets,
                       const FeedOptions& options, RunStats& stats) {
  CallbackFeeder(pipeline, input_sets, options, stats).Run();
}

}  // namespace coralline::internal
