#include "coralline/report/charted_stage.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/sim/operator_support.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

std::string WhatTakesTime(const ChartedStage& stage) {
  const SegmentCost& cost = stage.cost;
  const double transfer = cost.input_ms + cost.output_ms + cost.relayout_ms;
  const double fixed = cost.fixed_ms + cost.instructions_ms;
  const double host = stage.busy_ms - cost.warm_ms();
  const double largest =
      std::max({cost.streaming_ms, cost.compute_ms, transfer, fixed, host});
  const std::string share =
      fmt::format("{:.3f} of its {:.3f} ms", largest, stage.busy_ms);
  if (largest == cost.streaming_ms) {
    return fmt::format(
        "it streams {} of parameters at every inference, which takes {}",
        SizeText(cost.placement.streamed_bytes), share);
  }
  if (largest == cost.compute_ms)
    return fmt::format("it computes for {}", share);
  if (largest == host) return fmt::format("the host takes {}", share);
  if (largest == transfer) {
    return fmt::format("tensors in and out take {}", share);
  }
  return fmt::format("starting an inference takes {}, whatever the segment",
                     share);
}

}  // namespace

void SetLayers(ChartedStage& stage, const std::vector<Layer>& layers) {
  stage.layers.clear();
  for (const int op : stage.layer_ops) stage.layers.push_back(layers[op]);
}

void Simulate(ChartedStage& stage, const Model& model, const DeviceSpec& spec) {
  const Graph& graph = model.graph;
  const auto mappings = MapOps(graph);
  stage.layer_ops.clear();
  for (const int op : stage.segment.ops) {
    if (mappings[op].is_mapped()) stage.layer_ops.push_back(op);
  }
  if (stage.layer_ops.empty()) return;
  const auto layers = MakeLayers(graph, spec, OpsWithBias(model));
  stage.cost = CostOf(graph, {stage.layer_ops}, layers, spec);
  SetLayers(stage, layers);
}

std::string StageTitle(const std::vector<ChartedStage>& stages,
                       std::size_t stage) {
  const int replicas = stages[stage].replicas;
  if (replicas == 1) return fmt::format("stage {}", stage);
  return fmt::format("stage {}, {} devices in turn", stage, replicas);
}

std::string DeviceTitle(const ChartedStage& stage) {
  if (stage.replicas == 1) return stage.device;
  return fmt::format("{} x {}", stage.replicas, stage.device);
}

std::size_t SlowestStage(const std::vector<ChartedStage>& stages) {
  const auto slowest =
      std::max_element(stages.begin(), stages.end(),
                       [](const ChartedStage& a, const ChartedStage& b) {
                         return a.period_ms() < b.period_ms();
                       });
  return static_cast<std::size_t>(slowest - stages.begin());
}

std::string BottleneckText(const std::vector<ChartedStage>& stages) {
  const std::size_t slowest = SlowestStage(stages);
  const ChartedStage& stage = stages[slowest];
  std::string text = stages.size() == 1
                         ? std::string("There is one stage")
                         : fmt::format("Stage {} is the bottleneck", slowest);
  if (!stage.has_parts()) {
    text += fmt::format(": it takes {:.3f} ms, {}", stage.busy_ms,
                        OriginText(stage.origin));
  } else {
    text += ": " + WhatTakesTime(stage);
  }
  if (stage.replicas > 1) {
    text += fmt::format("; {} devices in turn give a result every {:.3f} ms",
                        stage.replicas, stage.period_ms());
  }
  return text + ".";
}

std::string SizeText(std::int64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (kib < 1024) return fmt::format("{:.1f} KiB", kib);
  return fmt::format("{:.2f} MiB", kib / 1024);
}

}  // namespace coralline
