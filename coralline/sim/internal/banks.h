#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coralline/sim/placement.h"

namespace coralline {

/// What packing needs to know of a layer with parameters.
struct BlockedLayer {
  int index = 0;  ///< among the layers of the caller
  std::int64_t block_bytes = 0;
  std::int64_t num_blocks = 0;
  std::int64_t cached_bytes = 0;
  std::int64_t streamed_bytes = 0;

  std::int64_t AllBlockBytes() const { return block_bytes * num_blocks; }
};

/// Requires a layer with blocks.
BlockedLayer BlocksOf(const Layer& layer, int index);

/// What one bank holds beside the input, where everything fits or where it does
/// not; may be negative.
std::int64_t BankBytes(const ParameterMemory& memory, const SegmentInput& input,
                       bool overflows);

/// Whether longest-first packing surely fits: it leaves no bank above the mean
/// of what the others hold by more than the last block. Exact where true.
inline bool SurelyFits(std::int64_t all_bytes, std::int64_t last_block,
                       std::int64_t num_banks, std::int64_t bank_bytes) {
  return all_bytes - last_block < (bank_bytes - last_block + 1) * num_banks;
}

/// Packs the blocks of whole layers into equal banks: longest first, each onto
/// the least filled bank. Requires a bank or more.
class Banks {
 public:
  explicit Banks(std::int64_t num_banks) : num_banks_(num_banks) {}

  /// Empties the banks.
  void Reset(std::int64_t bank_bytes);
  /// Keeps the layer and returns true if all that is kept still fits with it.
  bool Add(const BlockedLayer& layer);

 private:
  // All blocks of one size.
  struct Run {
    std::int64_t block_bytes = 0;
    std::int64_t count = 0;
  };

  bool Fits(std::size_t first);
  bool IsSurelyPacked(std::size_t first) const;
  bool Pack();
  bool IsRefused(const BlockedLayer& layer) const;
  std::size_t Insert(const BlockedLayer& layer);
  void Remove(std::size_t at, const BlockedLayer& layer);

  std::int64_t num_banks_;
  std::int64_t bank_bytes_ = 0;
  std::int64_t bytes_ = 0;
  std::vector<Run> runs_;  // longest first
  // How full the banks are, ascending, after each of the first packed_ runs.
  std::vector<std::int64_t> levels_;
  std::size_t packed_ = 0;
  Run refused_;  // last, since anything was added
};

/// Empties the banks and adds the layers in this order; anew, with the reserve
/// of an overflow, where they do not all fit. Gives the sums alone, without
/// is_cached, and in `streamed` the positions in `layers` of those that do not
/// fit.
Placement PackInto(Banks& banks, std::span<const BlockedLayer> layers,
                   const ParameterMemory& memory, const SegmentInput& input,
                   std::vector<int>& streamed);

}  // namespace coralline
