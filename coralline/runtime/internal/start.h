#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/rewrite/layer_split.h"
#include "coralline/runtime/planned_deployer.h"
#include "coralline/runtime/runner.h"

namespace coralline::internal {

/// With what a deployer is made.
struct Start {
  DevicePool pool;
  PlannedDeployerOptions deployer;
  std::optional<Error> refusal;  ///< where no plan is found
  std::vector<LayerSplit> splits;
};

/// As OpenRunner says, and throws.
Start StartOf(const Model& model, const RunnerOptions& options);

/// So many cores "cpu:N", as stages are best placed, in turn.
std::vector<std::string> CoresInTurn(std::size_t count);

DeviceSetup SetupOf(const RunnerOptions& options);

/// RunnerOptions::devices, expanded.
std::vector<std::string> ExpandedDevices(const RunnerOptions& options);

}  // namespace coralline::internal
