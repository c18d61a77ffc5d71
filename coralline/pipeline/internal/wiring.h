#pragma once

#include <span>
#include <vector>

#include "coralline/device/device.h"
#include "coralline/pipeline/pipeline.h"

namespace coralline::internal {

/// Which tensors a request consists of, and who reads and writes them. Tensors
/// are numbered as they appear: the model's inputs, then each stage's outputs.
struct Wiring {
  struct Stage {
    std::vector<int> inputs;
    std::vector<int> outputs;
  };
  std::vector<TensorSpec> tensors;
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::vector<Stage> stages;
};

/// Joins stages by tensor name. Throws Error(kModel) when a stage reads a
/// tensor that neither the model's inputs nor an earlier stage give, when two
/// stages give the same tensor, when the sizes at both ends differ, or when the
/// replicas of a stage do.
Wiring ConnectStages(std::span<const std::vector<Replica>> stages,
                     const PipelineInterface& interface);

}  // namespace coralline::internal
