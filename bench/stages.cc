#include "bench/stages.h"

#include <fmt/format.h>

#include <utility>

#include "coralline/base/check.h"
#include "coralline/device/precise_wait.h"

namespace coralline::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

class RecordedExecutable : public Executable {
 public:
  RecordedExecutable(std::unique_ptr<Executable> stage, StageRecord& record)
      : stage_(std::move(stage)), record_(record) {
    CORALLINE_CHECK(stage_->last_emulated_run());
  }

  const std::vector<TensorSpec>& inputs() const override {
    return stage_->inputs();
  }
  const std::vector<TensorSpec>& outputs() const override {
    return stage_->outputs();
  }
  std::string description() const override { return stage_->description(); }
  void BindThread() override { stage_->BindThread(); }
  const EmulatedRun* last_emulated_run() const override {
    return stage_->last_emulated_run();
  }

  void Run(std::span<const ConstBytes> inputs,
           std::span<const MutableBytes> outputs) override {
    stage_->Run(inputs, outputs);
    const EmulatedRun& run = *stage_->last_emulated_run();
    record_.simulated = run.simulated;
    record_.overshoot.Record(run.overshoot.value());
    record_.last_done = Clock::now();
    if (record_.overshoot.count() == 1) record_.first_done = record_.last_done;
  }

 private:
  std::unique_ptr<Executable> stage_;
  StageRecord& record_;
};

// One link of a chain: "t0" to "t1".
class ChainStage : public Executable {
 public:
  ChainStage(int number, std::size_t bytes)
      : number_(number),
        inputs_({{.name = fmt::format("t{}", number), .bytes = bytes}}),
        outputs_({{.name = fmt::format("t{}", number + 1), .bytes = bytes}}) {}

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::string description() const override {
    return fmt::format("stage {}", number_);
  }

 protected:
  int number_;

 private:
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
};

class WaitingStage : public ChainStage {
 public:
  WaitingStage(int number, nanoseconds time) : ChainStage(number, 64) {
    run_.simulated = time;
  }
  void BindThread() override { SleepPunctually(); }
  const EmulatedRun* last_emulated_run() const override { return &run_; }
  void Run(std::span<const ConstBytes>,
           std::span<const MutableBytes>) override {
    const auto deadline = Clock::now() + run_.simulated;
    run_.overshoot = WaitUntil(deadline) - deadline;
  }

 private:
  EmulatedRun run_;
};

class BusyStage : public ChainStage {
 public:
  BusyStage(int number, std::size_t bytes, nanoseconds busy,
            std::function<void(int)> bind)
      : ChainStage(number, bytes), busy_(busy), bind_(std::move(bind)) {}
  void BindThread() override {
    if (bind_) bind_(number_);
  }
  void Run(std::span<const ConstBytes>,
           std::span<const MutableBytes>) override {
    if (busy_.count() == 0) return;
    for (const auto end = Clock::now() + busy_; Clock::now() < end;) {
    }
  }

 private:
  nanoseconds busy_;
  std::function<void(int)> bind_;
};

}  // namespace

Stages Recorded(Stages stages, std::vector<StageRecord>& records) {
  CORALLINE_CHECK(records.size() == stages.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stages[i] =
        std::make_unique<RecordedExecutable>(std::move(stages[i]), records[i]);
  }
  return stages;
}

Stages WaitingStages(const std::vector<nanoseconds>& times) {
  Stages stages;
  for (const nanoseconds time : times) {
    stages.push_back(
        std::make_unique<WaitingStage>(static_cast<int>(stages.size()), time));
  }
  return stages;
}

Stages BusyStages(int count, std::size_t bytes, nanoseconds busy,
                  const std::function<void(int)>& bind) {
  Stages stages;
  for (int i = 0; i < count; ++i) {
    stages.push_back(std::make_unique<BusyStage>(i, bytes, busy, bind));
  }
  return stages;
}

}  // namespace coralline::bench
