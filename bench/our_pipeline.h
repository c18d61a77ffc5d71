#pragma once

#include <memory>

#include "bench/runner.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline::bench {

/// Our pipeline as a runner: the one place here that knows how it is fed.
class OurPipeline : public Runner {
 public:
  OurPipeline(Stages stages, const PipelineInterface& interface,
              WaitProfile wait);
  std::chrono::nanoseconds Run(int requests, int in_flight) override;

  void Push();
  void WaitForResults(int count) { pipeline_.WaitForResults(count); }
  void Pop();

 private:
  Pipeline pipeline_;
};

/// Of a chain of stages.
std::unique_ptr<Runner> OurChain(Stages stages, WaitProfile wait);

}  // namespace coralline::bench
