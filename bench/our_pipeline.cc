#include "bench/our_pipeline.h"

#include <algorithm>

namespace coralline::bench {
OurPipeline::OurPipeline(Stages stages, const PipelineInterface& interface,
                         WaitProfile wait)
    : pipeline_(std::move(stages), interface, {.wait = wait}) {}

std::chrono::nanoseconds OurPipeline::Run(int requests, int in_flight) {
  return Feed(*this, requests, std::min(in_flight, pipeline_.max_in_flight()));
}

void OurPipeline::Push() { pipeline_.Acquire()->Commit(); }

void OurPipeline::Pop() { pipeline_.PopInPlace(); }

std::unique_ptr<Runner> OurChain(Stages stages, WaitProfile wait) {
  const PipelineInterface interface {
    stages.front()->inputs(), stages.back()->outputs()
  };
  return std::make_unique<OurPipeline>(std::move(stages), interface, wait);
}

}  // namespace coralline::bench
