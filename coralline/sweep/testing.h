#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "coralline/graph/testing.h"
#include "coralline/tflite/model.h"

namespace coralline::testing_util {

/// Int8 additions of constants, some too large to be kept, in a random graph:
/// chains that fork and join, and some ends that nothing joins. Branches
/// multiply the orders.
inline Model BranchyModel(int seed, int num_ops) {
  constexpr int kBytes = 1000;
  std::mt19937 random(static_cast<std::uint32_t>(seed));
  const auto below = [&random](int n) {
    return static_cast<int>(random() % n);
  };
  GraphMaker maker;
  std::vector<int> ends = {maker.Input("input", kBytes)};
  bool is_first = true;
  for (int op = 0; op < num_ops; ++op) {
    const std::string name = "op" + std::to_string(op);
    std::vector<int> inputs = {
        maker.Constant(name + "/w", 1000 * (1 + below(900)))};
    const int from = below(static_cast<int>(ends.size()));
    inputs.push_back(ends[from]);
    if (ends.size() > 1 && below(3) == 0) {
      const int other = below(static_cast<int>(ends.size()));
      if (other != from) {
        inputs.push_back(ends[other]);
        ends.erase(ends.begin() + other);
      }
    }
    const int output = maker.Op(name, inputs, kBytes);
    const bool forks = !is_first && ends.size() < 4 && below(4) == 0;
    const auto old = std::find(ends.begin(), ends.end(), inputs[1]);
    if (forks) {
      ends.push_back(output);
    } else {
      *old = output;
    }
    is_first = false;
  }
  std::erase(ends, 0);
  Model model{.name = "branchy"};
  model.graph = maker.Finish(ends);
  return model;
}

}  // namespace coralline::testing_util
