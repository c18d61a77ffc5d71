#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coralline/base/error.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/equal_layers.h"
#include "coralline/plan/exhaustive_cuts.h"
#include "coralline/plan/libcoral_partitioner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {

/// A sweep of the paper: networks of five layers of growing width.
struct PaperSweep {
  const char* kind;
  int first;
  int last;
  int step;
};
inline constexpr PaperSweep kPaperSweeps[] = {{"fc", 100, 2620, 40},
                                              {"conv", 32, 742, 10}};

inline Model GeneratePaperModel(const std::string& kind, int width) {
  return kind == "fc" ? GenerateFullyConnected({.width = width})
                      : GenerateConv({.width = width});
}

/// The networks of a sweep in any width without its weights, which take long to
/// make: a small one whose shapes are changed. Its bytes stay the small one's.
class PaperNetworks {
 public:
  explicit PaperNetworks(const std::string& kind)
      : small_(GeneratePaperModel(kind, kWidth)) {}

  Model OfWidth(int width) const { return Widened(small_, width); }

  /// Its segments, as models of their own.
  std::vector<Model> PartsOfWidth(int width,
                                  std::span<const Segment> segments) const {
    std::vector<Model> parts = SplitModel(small_, segments);
    for (Model& part : parts) part = Widened(std::move(part), width);
    return parts;
  }

 private:
  static constexpr int kWidth = 19;  // no other size

  static Model Widened(Model model, int width) {
    for (Tensor& tensor : model.graph.tensors) {
      std::replace(tensor.shape.begin(), tensor.shape.end(), kWidth, width);
      auto& scale = tensor.quantization.scale;
      if (scale.size() == kWidth) scale.assign(width, scale[0]);
      auto& zero_point = tensor.quantization.zero_point;
      if (zero_point.size() == kWidth) zero_point.assign(width, zero_point[0]);
      if (tensor.is_constant()) tensor.constant_bytes = NumBytes(tensor);
    }
    return model;
  }

  Model small_;
};

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
