#include "coralline/report/cut_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "coralline/graph/macs.h"
#include "coralline/report/graph_layout.h"

namespace coralline {
namespace {

// What an accelerator does of the op.
void SetCosts(const ChartedStage& stage, std::vector<MapOp>& ops) {
  for (std::size_t i = 0; i < stage.layer_ops.size(); ++i) {
    MapOp& op = ops[stage.layer_ops[i]];
    const LayerCost& cost = stage.cost.layers[i];
    op.ms = cost.compute_ms + cost.streaming_ms;
    op.is_streamed = !stage.cost.placement.is_cached[i];
  }
}

}  // namespace

std::string OpTitle(const Graph& graph, int op) {
  const auto& outputs = graph.ops[op].outputs;
  if (!outputs.empty() && !graph.tensors[outputs.front()].name.empty()) {
    return graph.tensors[outputs.front()].name;
  }
  return fmt::format("op {}", op);
}

Chart CutMapChart(const Graph& graph, const std::vector<ChartedStage>& stages) {
  CutMap map;
  const auto inputs = InputOps(graph);
  const auto places = LayOut(graph);
  for (int op = 0; op < graph.num_ops(); ++op) {
    map.ops.push_back({.name = OpTitle(graph, op),
                       .kind = OpName(graph.ops[op]),
                       .inputs = inputs[op],
                       .depth = places[op].depth,
                       .lane = places[op].lane,
                       .parameter_bytes = ParameterBytes(graph, graph.ops[op]),
                       .macs = MacCount(graph, graph.ops[op])});
  }
  for (std::size_t i = 0; i < stages.size(); ++i) {
    map.stages.push_back({fmt::format("stage {}", i), DeviceTitle(stages[i])});
    for (const int op : stages[i].segment.ops) {
      map.ops[op].stage = static_cast<int>(i);
    }
    SetCosts(stages[i], map.ops);
  }
  const bool is_simulated =
      std::any_of(stages.begin(), stages.end(),
                  [](const ChartedStage& stage) { return stage.has_memory(); });
  std::string note =
      "Each box is an op, from the inputs on; colours are stages.";
  if (is_simulated) {
    note += " Marked ops have parameters that are streamed at every inference.";
  }
  return {
      .id = "cut-map",
      .title = "Which ops each stage runs",
      .note = note,
      .origin = is_simulated ? std::optional(Origin::kSimulated) : std::nullopt,
      .body = std::move(map)};
}

}  // namespace coralline
