#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coralline/graph/testing.h"
#include "coralline/planning/plan_document.h"

namespace coralline::testing_util {

/// Int8 additions of constants that no chip keeps: "stem", two branches of two,
/// and "join". With `is_exported_again` the branches' ops come in another
/// order, and the constants have other names.
inline Model BranchingModel(bool is_exported_again = false) {
  constexpr int kBytes = 1000;
  GraphMaker maker;
  const auto add = [&](const std::string& name, std::vector<int> inputs,
                       int constant_bytes) {
    const int constant = maker.Constant(
        name + (is_exported_again ? "/again" : "/weights"), constant_bytes);
    inputs.insert(inputs.begin(), constant);
    return maker.Op(name, std::move(inputs), kBytes);
  };
  const int stem = add("stem", {maker.Input("input", kBytes)}, 500'000);
  const auto branch = [&](const std::string& name, int constant_bytes) {
    return add(name + "/2", {add(name + "/1", {stem}, constant_bytes)},
               2 * constant_bytes);
  };
  int left = 0;
  int right = 0;
  if (is_exported_again) {
    right = branch("right", 400'000);
    left = branch("left", 300'000);
  } else {
    left = branch("left", 300'000);
    right = branch("right", 400'000);
  }
  const int join = maker.Op("join", {left, right}, kBytes);
  return {.name = "branching", .graph = maker.Finish({join})};
}

/// The best plan on three Edge TPUs, one for each stage.
inline PlanDocument PlanOf(const Model& model,
                           const PlanOptions& options = {}) {
  const std::string device = "edgetpu-pcie";
  const ModelProblem problem(
      model, {{.name = device, .count = 3, .spec = ReadDeviceSpec(device)}},
      {.max_replicas = 1});
  const auto plan = FindPlan(problem.problem(), options);
  PlanDocument document = DocumentOf(problem, options, plan.value(),
                                     {{device, ReadDeviceSpecText(device)}});
  document.model_file = "branching.tflite";
  return document;
}

}  // namespace coralline::testing_util
