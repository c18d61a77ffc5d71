#include "coralline/report/memory_map.h"

#include <fmt/format.h>

#include <utility>

#include "coralline/report/cut_map.h"

namespace coralline {
namespace {

DeviceMemory MemoryOf(const Graph& graph, const ChartedStage& stage) {
  const Placement& placement = stage.cost.placement;
  DeviceMemory memory{.capacity_bytes =
                          placement.cached_bytes + placement.remaining_bytes};
  std::vector<MemoryPiece> streamed;
  for (std::size_t i = 0; i < stage.layers.size(); ++i) {
    const Layer& layer = stage.layers[i];
    const bool is_cached = placement.is_cached[i];
    const std::int64_t bytes =
        is_cached ? layer.cached_bytes : layer.streamed_bytes;
    if (bytes == 0) continue;
    MemoryPiece piece{OpTitle(graph, stage.layer_ops[i]), MemoryUse::kCached,
                      bytes};
    if (is_cached) {
      memory.pieces.push_back(std::move(piece));
    } else {
      piece.use = MemoryUse::kStreamed;
      streamed.push_back(std::move(piece));
    }
  }
  if (placement.remaining_bytes > 0) {
    memory.pieces.push_back(
        {"free", MemoryUse::kFree, placement.remaining_bytes});
  }
  memory.pieces.insert(memory.pieces.end(), streamed.begin(), streamed.end());
  return memory;
}

}  // namespace

Chart MemoryChart(const Graph& graph, const std::vector<ChartedStage>& stages) {
  MemoryMap map;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (!stages[i].has_memory()) continue;
    map.devices.push_back(MemoryOf(graph, stages[i]));
    map.devices.back().name =
        fmt::format("stage {}, {}{}", i, stages[i].device,
                    stages[i].replicas > 1 ? ", each" : "");
  }
  return {.id = "memory",
          .title = "What each device keeps on the chip",
          .note =
              "Layers as they lie in the parameter memory, room that the "
              "segment's input takes left out. What is streamed is sent "
              "again at every inference; a layer is kept as a whole or "
              "not at all.",
          .origin = Origin::kSimulated,
          .body = std::move(map)};
}

}  // namespace coralline
