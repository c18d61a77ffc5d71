// Many threads at a pipeline at once: who pushes, takes, cancels, asks, closes
// and destroys. What is checked holds whoever comes first. Rounds are seeded;
// what the seed does not decide is who runs when.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/pipeline/pipeline.h"
#include "coralline/pipeline/stress_testing.h"

namespace coralline {
namespace {

using namespace std::chrono_literals;
using namespace testing_util;
using Random = std::mt19937_64;

struct Accepted {
  RequestId id = 0;
  std::uint64_t word = 0;
  bool is_submitted = false;
  bool is_abandoned = false;
  bool has_timeout = false;
};

struct Answer {
  RequestId id = 0;
  Outcome outcome = Outcome::kDone;
  bool has_error = false;
  std::vector<std::uint64_t> words;
};

Answer AnswerOf(const ResultView& result) {
  Answer answer{result.id, result.outcome, result.error != nullptr, {}};
  for (const ConstBytes output : result.outputs) {
    for (int i = 0; i < kWords; ++i) answer.words.push_back(WordAt(output, i));
  }
  return answer;
}

// One round: threads that use a pipeline in all ways until it is closed, once
// so many requests are accepted.
class Round {
 public:
  Round(Pipeline& pipeline, std::uint64_t seed, RequestId close_at)
      : pipeline_(pipeline), seed_(seed), close_at_(close_at) {}

  void Run() {
    std::thread popper([this] { Pop(); });
    std::vector<std::thread> others;
    for (int i = 0; i < kPushing; ++i) {
      others.emplace_back([this, i] { Push(i); });
    }
    others.emplace_back([this] { CancelAndAsk(); });
    for (auto& thread : others) thread.join();
    pipeline_.Drain();
    popper.join();
  }

  // Every accepted request was answered once, in order, and right.
  void Check(bool may_fail) const {
    std::map<RequestId, Accepted> accepted;
    for (const auto& by_thread : accepted_) {
      for (const Accepted& each : by_thread) {
        EXPECT_TRUE(accepted.emplace(each.id, each).second) << each.id;
      }
    }
    ASSERT_GE(accepted.size(), close_at_);
    EXPECT_EQ(accepted.rbegin()->first + 1, accepted.size());
    EXPECT_EQ(popped_.size() + submitted_.size(), accepted.size());
    CheckAnswers(popped_, false, may_fail, accepted);
    CheckAnswers(submitted_, true, may_fail, accepted);
    const PipelineStats stats = pipeline_.Stats();
    EXPECT_EQ(stats.accepted, static_cast<std::int64_t>(accepted.size()));
    EXPECT_EQ(stats.done + stats.failed + stats.cancelled + stats.expired,
              stats.accepted);
  }

 private:
  static constexpr int kPushing = 4;

  void Push(int thread) {
    Random random(seed_ * kPushing + thread);
    while (!is_closed_) {
      try {
        PushOne(random, accepted_[thread]);
      } catch (const Error& error) {  // no device is left for now
        ASSERT_EQ(error.kind(), ErrorKind::kDevice) << error.what();
        std::this_thread::yield();
      }
    }
  }

  void PushOne(Random& random, std::vector<Accepted>& accepted) {
    Accepted request{.word = random()};
    const auto way = random() % 8;
    request.has_timeout = random() % 16 == 0;
    request.is_submitted = way < 4;
    request.is_abandoned = way == 7;
    const RequestOptions options{.timeout = request.has_timeout ? 50us : 0us};
    const auto id = Send(way, request, options);
    if (!id) return;
    request.id = *id;
    accepted.push_back(request);
    newest_ = *id;
    if (*id + 1 < close_at_) return;
    pipeline_.Close();
    is_closed_ = true;
  }

  std::optional<RequestId> Send(std::uint64_t way, const Accepted& request,
                                const RequestOptions& options) {
    const auto input = Input(request.word);
    // Answers come on one thread at a time, each after the one before.
    const auto callback = [this](const ResultView& result) {
      submitted_.push_back(AnswerOf(result));
    };
    switch (way) {
      case 0:
      case 1:
      case 2:
        return pipeline_.Submit(input, callback, options);
      case 3:
        return pipeline_.TrySubmit(input, callback, options);
      case 4:
        return pipeline_.Push(input, options);
      case 5:
        return pipeline_.TryPush(input, options);
      default:
        break;
    }
    auto slot = pipeline_.Acquire();
    if (!slot) return std::nullopt;
    SetAll(request.word, slot->inputs()[0]);
    if (!request.is_abandoned) slot->Commit(options);
    return slot->id();
  }

  void Pop() {
    while (const auto slot = pipeline_.PopInPlace()) {
      popped_.push_back(AnswerOf(slot->result()));
    }
  }

  // Requests that are inside, or were a window ago.
  void CancelAndAsk() {
    Random random(seed_);
    while (!is_closed_) {
      const RequestId newest = newest_;
      const RequestId back = random() % (2 * pipeline_.max_in_flight());
      if (back <= newest && pipeline_.Cancel(newest - back)) {
        cancelled_.insert(newest - back);
      }
      const PipelineStats stats = pipeline_.Stats();
      EXPECT_GE(stats.accepted, stats.done);
      std::this_thread::yield();
    }
  }

  void CheckAnswers(const std::vector<Answer>& answers, bool is_submitted,
                    bool may_fail,
                    const std::map<RequestId, Accepted>& accepted) const {
    std::optional<RequestId> last;
    for (const Answer& answer : answers) {
      ASSERT_TRUE(!last || *last < answer.id) << answer.id;
      last = answer.id;
      const Accepted& request = accepted.at(answer.id);
      ASSERT_EQ(request.is_submitted, is_submitted) << answer.id;
      CheckAnswer(answer, request, may_fail);
    }
  }

  void CheckAnswer(const Answer& answer, const Accepted& request,
                   bool may_fail) const {
    SCOPED_TRACE(answer.id);
    EXPECT_EQ(answer.has_error, answer.outcome == Outcome::kFailed);
    switch (answer.outcome) {
      case Outcome::kDone:
        EXPECT_FALSE(request.is_abandoned);
        EXPECT_EQ(answer.words, std::vector<std::uint64_t>(
                                    kWords, Second(First(request.word))));
        return;
      case Outcome::kFailed:
        EXPECT_TRUE(may_fail);
        return;
      case Outcome::kCancelled:
        EXPECT_TRUE(request.is_abandoned || cancelled_.count(answer.id) > 0);
        return;
      case Outcome::kExpired:
        EXPECT_TRUE(request.has_timeout);
        return;
    }
  }

  Pipeline& pipeline_;
  const std::uint64_t seed_;
  const RequestId close_at_;
  std::atomic<bool> is_closed_{false};
  std::atomic<RequestId> newest_{0};
  std::array<std::vector<Accepted>, kPushing> accepted_;
  std::set<RequestId> cancelled_;
  std::vector<Answer> popped_;
  std::vector<Answer> submitted_;
};

// CORALLINE_STRESS_ROUNDS: more of them, to look for what is rare.
int NumRounds() {
  const char* text = std::getenv("CORALLINE_STRESS_ROUNDS");
  return text ? std::stoi(text) : 40;
}

void RunRounds(std::uint64_t failing_one_in) {
  for (int seed = 0; seed < NumRounds(); ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto chance = std::make_shared<Chance>();
    chance->failing_one_in = failing_one_in;
    const int num_devices = 2 + static_cast<int>(random() % 3);
    Pipeline pipeline(std::make_unique<ChancyDeployer>(num_devices, chance),
                      Interface(),
                      {.max_in_flight = 4 << random() % 3,
                       .watchdog = failing_one_in > 0 ? 10ms : 0ms});
    Round round(pipeline, seed, random() % 400 + 1);
    round.Run();
    round.Check(failing_one_in > 0);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PipelineStress, AnswersEachRequestOnceUntilItIsClosed) { RunRounds(0); }

TEST(PipelineStress, AnswersEachRequestOnceWhileDevicesFailAndComeBack) {
  RunRounds(60);
}

TEST(PipelineStress, DestroyedItAnswersWhatIsInsideAsCancelled) {
  int num_cancelled = 0;
  for (int seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const int num_requests = seed % 32;
    std::vector<int> num_answers(num_requests);
    {
      Pipeline pipeline(
          std::make_unique<ChancyDeployer>(4, std::make_shared<Chance>()),
          Interface(), {.max_in_flight = 32});
      for (int i = 0; i < num_requests; ++i) {
        pipeline.Submit(Input(i), [&](const ResultView& result) {
          ++num_answers[result.id];
          if (result.outcome == Outcome::kDone) return;
          EXPECT_EQ(result.outcome, Outcome::kCancelled);
          ++num_cancelled;
        });
      }
    }
    EXPECT_EQ(num_answers, std::vector<int>(num_requests, 1));
  }
  EXPECT_GT(num_cancelled, 0);
}

}  // namespace
}  // namespace coralline
