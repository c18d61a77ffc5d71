#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "coralline/base/error.h"
#include "coralline/runtime/runner.h"
#include "tests/fault_report.h"
#include "tests/fault_setup.h"

/// A run with faults: each request must be answered exactly once, in order and
/// bit-exact, or with an error while no device is left.
namespace coralline::fault_runs {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

inline std::uint64_t NumberFrom(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::stoull(text) : otherwise;
}

// Whether anything runs at the moment, as the events tell.
class Gate {
 public:
  void Note(const PipelineEvent& event) {
    const std::lock_guard lock(mutex_);
    if (event.kind == EventKind::kNoDevice) is_open_ = false;
    if (event.kind == EventKind::kDeployed) is_open_ = true;
    changed_.notify_all();
  }
  // Returns whether something runs again within so long.
  bool WaitUntilOpen(nanoseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
};

struct Answer {
  RequestId id = 0;
  Outcome outcome = Outcome::kDone;
  std::string error;
  std::vector<TensorData> outputs;
};

inline Answer AnswerOf(const ResultView& result) {
  Answer answer{result.id, result.outcome,
                result.error ? result.error->what() : ""};
  for (const ConstBytes output : result.outputs) {
    answer.outputs.emplace_back(output.begin(), output.end());
  }
  return answer;
}

/// One pipeline from its start to its end.
class FaultRun {
 public:
  /// The requests are chosen by `random` as well.
  FaultRun(RunSetup setup, Random random, Report& report)
      : random_(random), setup_(std::move(setup)), report_(report) {
    setup_.options.pipeline.on_event = [this](const PipelineEvent& event) {
      gate_.Note(event);
    };
    pipeline_ = OpenRunner(SmallModel(), setup_.options).pipeline;
  }

  std::string Faults() const {
    std::vector<std::string> texts;
    for (const Fault& fault : setup_.faults) texts.push_back(FaultText(fault));
    return fmt::format("{} on {}; {} requests", fmt::join(texts, "; "),
                       setup_.options.devices[0], setup_.num_requests);
  }

  void Run() {
    std::thread popper([this] {
      while (const auto slot = pipeline_->PopInPlace()) {
        popped_.push_back(AnswerOf(slot->result()));
      }
    });
    for (int i = 0; i < setup_.num_requests; ++i) {
      if (!SendOne()) break;
    }
    if (!setup_.ends_without_devices) ExpectItServes();
    pipeline_->Close();
    pipeline_->Drain();
    popper.join();
    stats_ = pipeline_->Stats();
    pipeline_.reset();
    Check();
    report_.Add(stats_, setup_.faults);
  }

 private:
  static constexpr nanoseconds kLongest = 60s;

  // Returns false where nothing takes it any more.
  bool SendOne() {
    const int input = Pick(random_, 0, kNumInputs - 1);
    const bool is_submitted = Pick(random_, 0, 1) == 0;
    for (;;) {
      try {
        const auto id =
            is_submitted ? Submit(input) : pipeline_->Push(Input(input));
        EXPECT_EQ(id, inputs_.size());
        inputs_.push_back(input);
        return true;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kDevice) << error.what();
        ++report_.refused;
        has_been_refused_ = true;
        if (setup_.ends_without_devices &&
            !gate_.WaitUntilOpen(4 * kWatchdog)) {
          return false;
        }
        if (gate_.WaitUntilOpen(kLongest)) continue;
        ADD_FAILURE() << "no device came back: " << error.what();
        return false;
      }
    }
  }

  // Answers come on one thread at a time.
  std::optional<RequestId> Submit(int input) {
    return pipeline_->Submit(Input(input), [this](const ResultView& result) {
      submitted_.push_back(AnswerOf(result));
    });
  }

  // Whatever was: once a device is there, requests are done again. A fault may
  // still be to come.
  void ExpectItServes() {
    for (int i = 0; i < 1000; ++i) {
      pipeline_->Drain();
      const std::int64_t done = pipeline_->Stats().done;
      if (!SendOne()) return;
      pipeline_->Drain();
      if (pipeline_->Stats().done > done) return;
    }
    ADD_FAILURE() << "requests are not done again";
  }

  void Check() const {
    EXPECT_EQ(popped_.size() + submitted_.size(), inputs_.size());
    std::vector<int> num_answers(inputs_.size());
    for (const auto* answers : {&popped_, &submitted_}) {
      std::optional<RequestId> last;
      for (const Answer& answer : *answers) {
        EXPECT_TRUE(!last || *last < answer.id) << answer.id;
        last = answer.id;
        ++num_answers.at(answer.id);
        CheckAnswer(answer);
      }
    }
    EXPECT_EQ(num_answers, std::vector<int>(inputs_.size(), 1));
    EXPECT_TRUE(!has_been_refused_ || WasWithoutDevice());
  }

  void CheckAnswer(const Answer& answer) const {
    SCOPED_TRACE(answer.id);
    if (answer.outcome == Outcome::kDone) {
      EXPECT_EQ(answer.outputs, Expected(inputs_[answer.id]));
      return;
    }
    EXPECT_EQ(answer.outcome, Outcome::kFailed);
    EXPECT_TRUE(WasWithoutDevice()) << answer.error;
    EXPECT_NE(answer.error.find("no device is left"), std::string::npos)
        << answer.error;
  }

  bool WasWithoutDevice() const { return HadNoDevice(stats_); }

  Random random_;
  RunSetup setup_;
  Report& report_;
  Gate gate_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<int> inputs_;  // of each request
  std::vector<Answer> popped_;
  std::vector<Answer> submitted_;
  PipelineStats stats_;
  bool has_been_refused_ = false;
};

}  // namespace coralline::fault_runs
