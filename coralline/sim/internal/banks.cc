#include "coralline/sim/internal/banks.h"

#include <algorithm>

namespace coralline {
namespace {

// Puts equal blocks on the least filled banks, one after another. `levels` are
// ascending, and stay so.
void Fill(std::span<std::int64_t> levels, std::int64_t block_bytes,
          std::int64_t count) {
  const auto num_banks = static_cast<std::int64_t>(levels.size());
  for (; count > 0; --count) {
    if (levels.back() - levels.front() <= block_bytes) break;
    const std::int64_t level = levels.front() + block_bytes;
    const auto above = std::upper_bound(levels.begin(), levels.end(), level);
    std::copy(levels.begin() + 1, above, levels.begin());
    *(above - 1) = level;
  }
  // From here on the banks take turns, and all of them rise in a round.
  const std::int64_t rounds = count / num_banks;
  if (rounds > 0) {
    for (std::int64_t& level : levels) level += rounds * block_bytes;
  }
  const auto rest = levels.begin() + count % num_banks;
  std::for_each(levels.begin(), rest,
                [&](std::int64_t& level) { level += block_bytes; });
  std::rotate(levels.begin(), rest, levels.end());
}

}  // namespace

BlockedLayer BlocksOf(const Layer& layer, int index) {
  return {.index = index,
          .block_bytes =
              (layer.cached_bytes + layer.num_blocks - 1) / layer.num_blocks,
          .num_blocks = layer.num_blocks,
          .cached_bytes = layer.cached_bytes,
          .streamed_bytes = layer.streamed_bytes};
}

std::int64_t BankBytes(const ParameterMemory& memory, const SegmentInput& input,
                       bool overflows) {
  double overflow = overflows ? memory.overflow_reserve_per_input_pixel *
                                    static_cast<double>(input.pixels)
                              : 0;
  if (memory.overflow_reserve_limit > 0) {
    overflow = std::min(overflow, memory.overflow_reserve_limit);
  }
  // Two readings of the same room.
  const double reserve =
      std::max(memory.reserve_per_input_byte * static_cast<double>(input.bytes),
               overflow);
  return memory.bank_bytes -
         static_cast<std::int64_t>(reserve / memory.num_banks);
}

void Banks::Reset(std::int64_t bank_bytes) {
  bank_bytes_ = bank_bytes;
  bytes_ = 0;
  runs_.clear();
  packed_ = 0;
  refused_ = {};
}

bool Banks::Add(const BlockedLayer& layer) {
  if (IsRefused(layer)) return false;
  const std::size_t at = Insert(layer);
  if (Fits(at)) {
    refused_ = {};
    return true;
  }
  Remove(at, layer);
  refused_ = {layer.block_bytes, layer.num_blocks};
  return false;
}

// Without a trial: more than all banks hold, or like the layer that was refused
// when the banks held the same.
bool Banks::IsRefused(const BlockedLayer& layer) const {
  return bytes_ + layer.AllBlockBytes() > num_banks_ * bank_bytes_ ||
         (refused_.block_bytes == layer.block_bytes &&
          refused_.count == layer.num_blocks);
}

std::size_t Banks::Insert(const BlockedLayer& layer) {
  const auto run = std::lower_bound(
      runs_.begin(), runs_.end(), layer.block_bytes,
      [](const Run& r, std::int64_t bytes) { return r.block_bytes > bytes; });
  const auto at = static_cast<std::size_t>(run - runs_.begin());
  if (run != runs_.end() && run->block_bytes == layer.block_bytes) {
    run->count += layer.num_blocks;
  } else {
    runs_.insert(run, {layer.block_bytes, layer.num_blocks});
  }
  bytes_ += layer.AllBlockBytes();
  packed_ = std::min(packed_, at);
  return at;
}

void Banks::Remove(std::size_t at, const BlockedLayer& layer) {
  bytes_ -= layer.AllBlockBytes();
  packed_ = std::min(packed_, at);
  runs_[at].count -= layer.num_blocks;
  if (runs_[at].count == 0) {
    runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

// The runs before `first` lie as they did, and did fit.
bool Banks::Fits(std::size_t first) { return IsSurelyPacked(first) || Pack(); }

bool Banks::IsSurelyPacked(std::size_t first) const {
  std::int64_t bytes = bytes_;
  for (std::size_t i = runs_.size(); i-- > first;) {
    const Run& run = runs_[i];
    if (!SurelyFits(bytes, run.block_bytes, num_banks_, bank_bytes_)) {
      return false;
    }
    bytes -= run.block_bytes * run.count;
  }
  return true;
}

bool Banks::Pack() {
  const auto width = static_cast<std::size_t>(num_banks_);
  levels_.resize(std::max(levels_.size(), runs_.size() * width));
  while (packed_ < runs_.size()) {
    const std::span levels(levels_.data() + packed_ * width, width);
    if (packed_ == 0) {
      std::fill(levels.begin(), levels.end(), 0);
    } else {
      std::copy_n(levels.data() - width, width, levels.begin());
    }
    const Run& run = runs_[packed_];
    Fill(levels, run.block_bytes, run.count);
    if (levels.back() > bank_bytes_) return false;
    ++packed_;
  }
  return true;
}

namespace {

Placement AddInOrder(std::span<const BlockedLayer> layers, Banks& banks,
                     std::vector<int>& streamed) {
  Placement sums;
  streamed.clear();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (banks.Add(layers[i])) {
      sums.cached_bytes += layers[i].cached_bytes;
    } else {
      sums.streamed_bytes += layers[i].streamed_bytes;
      streamed.push_back(static_cast<int>(i));
    }
  }
  return sums;
}

}  // namespace

Placement PackInto(Banks& banks, std::span<const BlockedLayer> layers,
                   const ParameterMemory& memory, const SegmentInput& input,
                   std::vector<int>& streamed) {
  banks.Reset(BankBytes(memory, input, false));
  Placement placement = AddInOrder(layers, banks, streamed);
  const bool is_other =
      BankBytes(memory, input, true) != BankBytes(memory, input, false);
  if (streamed.empty() || !is_other) return placement;
  banks.Reset(BankBytes(memory, input, true));
  return AddInOrder(layers, banks, streamed);
}

}  // namespace coralline
