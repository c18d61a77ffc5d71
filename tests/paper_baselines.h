#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/equal_layers.h"
#include "coralline/plan/exhaustive_cuts.h"
#include "coralline/plan/libcoral_partitioner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/zoo/paper_networks.h"

namespace coralline {

/// Edge TPUs as the paper's, fed by our own runtime.
inline std::vector<DeviceGroup> EdgeTpus(int count) {
  return {{.name = "edgetpu-pcie",
           .count = count,
           .spec = ReadDeviceSpec("edgetpu-pcie")}};
}

struct Baseline {
  std::string strategy;
  Plan plan;
};

/// What others make of the problem on so many devices, or, where a method
/// cannot cut into so many segments, on the most on which it can.
class Baselines {
 public:
  explicit Baselines(const ModelProblem& problem)
      : problem_(problem.problem()), graph_(problem.model().graph) {}

  std::vector<Baseline> On(int num_devices) const {
    const auto fine = [this](int n) {
      return Libcoral(n, {.diff_threshold = std::chrono::microseconds(1)});
    };
    std::vector<Baseline> all;
    Add(
        "compiler", num_devices,
        [this](int n) { return CompilerSegments(graph_, n); }, all);
    Add(
        "equal layers", num_devices,
        [this](int n) { return EqualLayerSegments(graph_, n); }, all);
    Add(
        "libcoral, 1 ms", num_devices,
        [this](int n) { return Libcoral(n, {}); }, all);
    Add("libcoral, 1 us", num_devices, fine, all);
    Add(
        "exhaustive", num_devices,
        [this](int n) {
          return ExhaustiveSegments(problem_, n)
              .value_or(std::vector<Segment>{});
        },
        all);
    return all;
  }

 private:
  // The compiler's segments where libcoral finds nothing better.
  std::vector<Segment> Libcoral(int n, const LibcoralOptions& options) const {
    auto found = LibcoralSegments(graph_, *problem_.costs, n, options);
    if (!found.segments.empty()) return std::move(found.segments);
    return CompilerSegments(graph_, n);
  }

  template <typename Cut>
  void Add(const char* strategy, int num_devices, const Cut& cut,
           std::vector<Baseline>& all) const {
    for (int n = std::min(num_devices, graph_.num_ops()); n > 0; --n) {
      std::vector<Segment> segments;
      try {
        segments = cut(n);
      } catch (const Error&) {  // not into so many
      }
      if (segments.empty()) continue;
      auto plan = PlanOfSegments(problem_, segments);
      if (plan) return all.push_back({strategy, std::move(*plan)});
    }
  }

  const PlanProblem& problem_;
  const Graph& graph_;
};

}  // namespace coralline
