#include "coralline/sim/placement.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

#include "coralline/base/check.h"

namespace coralline {
namespace {

std::int64_t BlockBytes(const Layer& layer) {
  return (layer.cached_bytes + layer.num_blocks - 1) / layer.num_blocks;
}

// Packs whole layers into equal banks.
class Banks {
 public:
  Banks(int num_banks, std::int64_t bank_bytes)
      : num_banks_(num_banks), bank_bytes_(bank_bytes) {}

  // Keeps the layer if everything still fits.
  bool Add(const Layer& layer) {
    const auto block = BlockBytes(layer);
    // Nothing was added since its like was refused.
    if (refused_.block_bytes == block && refused_.count == layer.num_blocks) {
      return false;
    }
    const auto later = std::find_if(runs_.begin(), runs_.end(), [&](Run run) {
      return run.block_bytes < block;
    });
    const auto run = runs_.insert(later, {block, layer.num_blocks});
    bytes_ += block * layer.num_blocks;
    if (IsSurelyPacked() || Pack()) {
      refused_ = {};
      return true;
    }
    bytes_ -= block * layer.num_blocks;
    refused_ = *run;
    runs_.erase(run);
    return false;
  }

 private:
  struct Run {
    std::int64_t block_bytes = 0;
    std::int64_t count = 0;
  };

  // Longest-first packing leaves no bank above the mean by more than a block.
  bool IsSurelyPacked() const {
    return bytes_ / num_banks_ + runs_.front().block_bytes <= bank_bytes_;
  }

  bool Pack() const {
    if (bytes_ > num_banks_ * bank_bytes_) return false;
    std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>>
        filled(std::greater<>(), std::vector<std::int64_t>(num_banks_, 0));
    for (const Run& run : runs_) {
      for (std::int64_t i = 0; i < run.count; ++i) {
        const std::int64_t level = filled.top() + run.block_bytes;
        if (level > bank_bytes_) return false;
        filled.pop();
        filled.push(level);
      }
    }
    return true;
  }

  std::int64_t num_banks_;
  std::int64_t bank_bytes_;
  std::int64_t bytes_ = 0;
  std::vector<Run> runs_;  // longest first
  Run refused_;            // last, since anything was added
};

std::vector<int> LargestFirst(std::span<const Layer> layers) {
  std::vector<int> order(layers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return layers[a].cached_bytes > layers[b].cached_bytes;
  });
  return order;
}

}  // namespace

Placement Place(std::span<const Layer> layers, const ParameterMemory& memory,
                std::int64_t input_bytes) {
  CORALLINE_CHECK(memory.num_banks > 0);
  const double reserve = memory.reserve_per_input_byte *
                         static_cast<double>(input_bytes) / memory.num_banks;
  Banks banks(memory.num_banks,
              memory.bank_bytes - static_cast<std::int64_t>(reserve));
  Placement placement{.is_cached = std::vector<bool>(layers.size(), true)};
  for (const int i : LargestFirst(layers)) {
    const Layer& layer = layers[i];
    if (layer.num_blocks == 0) continue;
    if (banks.Add(layer)) {
      placement.cached_bytes += layer.cached_bytes;
    } else {
      placement.is_cached[i] = false;
      placement.streamed_bytes += layer.streamed_bytes;
    }
  }
  return placement;
}

}  // namespace coralline
