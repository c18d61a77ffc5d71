#include "bench/our_pipeline.h"

#include <algorithm>

namespace coralline::bench {
std::chrono::nanoseconds OurPipeline::Run(int requests, int in_flight) {
  return Feed(*this, requests, std::min(in_flight, pipeline_->max_in_flight()));
}

void OurPipeline::Push() { pipeline_->Acquire()->Commit(); }

void OurPipeline::Pop() { pipeline_->PopInPlace(); }

std::chrono::nanoseconds OurClosedLoop::Run(int requests, int in_flight) {
  const auto start = std::chrono::steady_clock::now();
  // A request has its room until its callback has returned.
  const int most = pipeline_->max_in_flight() / 2;
  unfinished_ = requests;
  left_ = requests - std::min({requests, in_flight, most});
  for (int i = requests - left_; i > 0; --i) PushNext();
  for (int left = unfinished_; left > 0; left = unfinished_) {
    unfinished_.wait(left);
  }
  return std::chrono::steady_clock::now() - start;
}

void OurClosedLoop::PushNext() {
  const auto next = [this](const ResultView&) {
    if (left_ > 0) {
      --left_;
      PushNext();
    }
    if (--unfinished_ == 0) unfinished_.notify_one();
  };
  pipeline_->TryAcquire(next)->Commit();
}

namespace {

std::unique_ptr<Pipeline> MakePipeline(Stages stages, WaitProfile wait) {
  const PipelineInterface interface {
    stages.front()->inputs(), stages.back()->outputs()
  };
  return std::make_unique<Pipeline>(std::move(stages), interface,
                                    PipelineOptions{.wait = wait});
}

}  // namespace

std::unique_ptr<Runner> OurChain(Stages stages, WaitProfile wait) {
  return std::make_unique<OurPipeline>(MakePipeline(std::move(stages), wait));
}

std::unique_ptr<Runner> OurClosedChain(Stages stages, WaitProfile wait) {
  return std::make_unique<OurClosedLoop>(MakePipeline(std::move(stages), wait));
}

}  // namespace coralline::bench
