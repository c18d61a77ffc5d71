#include "bench/our_pipeline.h"

#include <algorithm>
#include <random>

namespace coralline::bench {
namespace {

PipelineOptions OptionsFor(Waiting waiting) {
  const bool balanced = waiting == Waiting::kBalanced;
  return {.spin = std::chrono::microseconds(balanced ? 100 : 1000)};
}

}  // namespace

OurPipeline::OurPipeline(Stages stages, const PipelineInterface& interface,
                         Waiting waiting)
    : pipeline_(std::make_unique<Pipeline>(std::move(stages), interface,
                                           OptionsFor(waiting))) {
  std::mt19937_64 random(1);
  inputs_ = RandomData(interface.inputs, random);
}

std::chrono::nanoseconds OurPipeline::Run(int requests, int in_flight) {
  return Feed(*this, requests, std::min(in_flight, pipeline_->max_in_flight()));
}

void OurPipeline::Push() { pipeline_->Push(inputs_); }

void OurPipeline::Pop() { pipeline_->Pop(completion_); }

std::unique_ptr<Runner> OurChain(Stages stages, Waiting waiting) {
  const PipelineInterface interface {
    stages.front()->inputs(), stages.back()->outputs()
  };
  return std::make_unique<OurPipeline>(std::move(stages), interface, waiting);
}

}  // namespace coralline::bench
