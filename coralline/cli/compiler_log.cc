#include <fmt/format.h>

#include "coralline/cli/format.h"
#include "coralline/cli/simulation_report.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

void PrintLayers(const Simulation& simulation, const SimulatedStage& stage) {
  Table table({"op>", "kind", "bytes>", "placement", "passes>"});
  for (std::size_t i = 0; i < stage.segment.ops.size(); ++i) {
    const int op = stage.segment.ops[i];
    const Layer& layer = simulation.layers[op];
    if (layer.cached_bytes == 0 && layer.streamed_bytes == 0) continue;
    const bool is_cached = stage.cost.placement.is_cached[i];
    table.AddRow(
        {std::to_string(op), OpName(simulation.model.graph.ops[op]),
         LogBytes(is_cached ? layer.cached_bytes : layer.streamed_bytes),
         is_cached ? "on-chip" : "off-chip",
         std::to_string(stage.cost.layers[i].passes)});
  }
  fmt::print("{}", table.Format());
}

}  // namespace

void PrintCompilerLog(const Simulation& simulation) {
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    if (stage.is_cpu) continue;
    const Placement& placement = stage.cost.placement;
    fmt::print(
        "\nSegment {}, {}\n"
        "On-chip memory used for caching model parameters: {}\n"
        "On-chip memory remaining for caching model parameters: {}\n"
        "Off-chip memory used for streaming uncached model parameters: {}\n"
        "Number of Edge TPU subgraphs: 1\n"
        "Total number of operations: {}\n",
        i, FormatSegment(stage.segment), LogBytes(placement.cached_bytes),
        LogBytes(placement.remaining_bytes), LogBytes(placement.streamed_bytes),
        stage.segment.ops.size());
    PrintLayers(simulation, stage);
  }
}

}  // namespace coralline::cli
