#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "bench/runner.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline::bench {

/// Our pipeline as a runner: the one place here that knows how it is fed.
class OurPipeline : public Runner {
 public:
  explicit OurPipeline(std::unique_ptr<Pipeline> pipeline)
      : pipeline_(std::move(pipeline)) {}
  std::chrono::nanoseconds Run(int requests, int in_flight) override;

  void Push();
  void WaitForResults(int count) { pipeline_->WaitForResults(count); }
  void Pop();

 private:
  std::unique_ptr<Pipeline> pipeline_;
};

/// Our pipeline without a thread that feeds it: the callback of a result, on
/// the last stage's thread, hands the next request in. The stages' threads are
/// the only ones.
class OurClosedLoop : public Runner {
 public:
  explicit OurClosedLoop(std::unique_ptr<Pipeline> pipeline)
      : pipeline_(std::move(pipeline)) {}
  std::chrono::nanoseconds Run(int requests, int in_flight) override;

 private:
  void PushNext();

  std::unique_ptr<Pipeline> pipeline_;
  int left_ = 0;  // to be pushed
  std::atomic<int> unfinished_{0};
};

/// Of a chain of stages.
std::unique_ptr<Runner> OurChain(Stages stages, WaitProfile wait);
std::unique_ptr<Runner> OurClosedChain(Stages stages, WaitProfile wait);

}  // namespace coralline::bench
