#pragma once

#include <cstdint>

#include "coralline/sim/segment_cost.h"

namespace coralline {

/// The formulas of a segment's time, one place each, for CostOf and for
/// GrowingSegment, which keeps their arguments as running sums.

/// Bytes of the tensors at one side of a segment, by the rate of their size.
struct TransferBytes {
  std::int64_t small = 0;
  std::int64_t large = 0;
  std::int64_t pixels = 0;

  void Add(const SegmentInput& tensor, const DeviceSpec& spec);
  void Remove(const SegmentInput& tensor, const DeviceSpec& spec);
  std::int64_t total() const { return small + large; }
  SegmentInput size() const { return {total(), pixels}; }
};

/// Counts what determines InstructionBytes.
class InstructionCount {
 public:
  void Add(const Layer& layer);
  std::int64_t bytes() const;
  bool has_softmax() const { return has_softmax_; }

 private:
  std::int64_t layer_bytes_ = 0;
  bool has_softmax_ = false;
};

/// What of a segment's time does not depend on the placement of its layers.
struct SegmentTerms {
  InstructionCount instructions;
  TransferBytes inputs;
  TransferBytes outputs;
};

/// Of one tensor; 0 where its size is unknown.
SegmentInput SizeOf(const Graph& graph, int tensor);

/// Whether the segment's input is what StreamingPasses calls large.
bool HasLargeInput(const TransferBytes& inputs, const DeviceSpec& spec);

double ComputeMs(const Layer& layer, const DeviceSpec& spec);

/// Adds the sending of a layer that is not on the chip.
void AddStreaming(const Layer& layer, const DeviceSpec& spec,
                  bool has_large_input, LayerCost& part);

/// Adds the layer's part to the sums of the segment.
void AddPart(const LayerCost& part, SegmentCost& cost);

/// Adds all but the parts of layers. Requires the sums of cost.placement.
void AddTerms(const SegmentTerms& terms, const DeviceSpec& spec,
              SegmentCost& cost);

}  // namespace coralline
