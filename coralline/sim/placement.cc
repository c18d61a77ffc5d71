#include "coralline/sim/placement.h"

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/sim/internal/banks.h"

namespace coralline {
namespace {

std::vector<BlockedLayer> LargestFirst(std::span<const Layer> layers) {
  std::vector<BlockedLayer> blocked;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].num_blocks == 0) continue;
    blocked.push_back(BlocksOf(layers[i], static_cast<int>(i)));
  }
  std::stable_sort(blocked.begin(), blocked.end(),
                   [](const BlockedLayer& a, const BlockedLayer& b) {
                     return a.cached_bytes > b.cached_bytes;
                   });
  return blocked;
}

}  // namespace

Placement Place(std::span<const Layer> layers, const ParameterMemory& memory,
                const SegmentInput& input) {
  CORALLINE_CHECK(memory.num_banks > 0);
  Banks banks(memory.num_banks);
  const std::vector<BlockedLayer> blocked = LargestFirst(layers);
  std::vector<int> streamed;
  Placement placement = PackInto(banks, blocked, memory, input, streamed);
  placement.remaining_bytes = std::max<std::int64_t>(
      0, memory.num_banks * BankBytes(memory, input, !streamed.empty()) -
             placement.cached_bytes);
  placement.is_cached.assign(layers.size(), true);
  for (const int i : streamed) placement.is_cached[blocked[i].index] = false;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i].is_always_streamed()) continue;
    placement.is_cached[i] = false;
    placement.streamed_bytes += layers[i].streamed_bytes;
  }
  return placement;
}

}  // namespace coralline
