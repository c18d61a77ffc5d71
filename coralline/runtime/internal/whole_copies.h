#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "coralline/runtime/internal/kind_costs.h"
#include "coralline/runtime/placed_stage.h"

namespace coralline::internal {

/// The whole model on each of several devices.
struct WholeCopies {
  PlacedStage stage;
  std::chrono::nanoseconds period{0};
};

/// On all usable devices of one kind that are not as slow as one another, which
/// no plan replicates a stage on: each takes as many requests as it can.
/// nullopt where there are none, or the model does not run there or keeps
/// state.
std::optional<WholeCopies> CopiesOnUnequal(std::span<const UsableClass> classes,
                                           const Segment& whole,
                                           int max_replicas, KindCosts& costs);

}  // namespace coralline::internal
