#pragma once

#include <span>
#include <vector>

#include "coralline/graph/graph.h"
#include "coralline/graph/segment.h"
#include "coralline/sim/device_spec.h"
#include "coralline/sim/layer.h"
#include "coralline/sim/placement.h"

namespace coralline {

/// What one layer adds to an inference.
struct LayerCost {
  double compute_ms = 0;
  double streaming_ms = 0;
  /// How often its parameters are sent; 0 for a layer on the chip.
  int passes = 0;
};

/// The simulated time of one segment on one device, part by part. The parts
/// add up: the published series show no overlap between them.
struct SegmentCost {
  Placement placement;
  std::vector<LayerCost> layers;  ///< of each op of the segment
  double fixed_ms = 0;
  double instructions_ms = 0;  ///< sent again at every inference
  double input_ms = 0;
  double compute_ms = 0;
  double streaming_ms = 0;
  double output_ms = 0;
  double relayout_ms = 0;  ///< the host's change of layout of large outputs
  double upload_ms = 0;    ///< of the cached parameters, at the first inference
  std::int64_t large_bytes = 0;  ///< of the large tensors in and out
  /// Whether a layer is sent more than once: the number of passes is read off
  /// one size of map, and only an interpolation for any other.
  bool is_interpolated = false;

  double warm_ms() const {
    return fixed_ms + instructions_ms + input_ms + compute_ms + streaming_ms +
           output_ms + relayout_ms;
  }
  double first_ms() const { return warm_ms() + upload_ms; }
};

/// One layer per op of the graph. `has_bias` says of each op what LayoutOptions
/// does; empty when none has one.
std::vector<Layer> MakeLayers(const Graph& graph, const DeviceSpec& spec,
                              const std::vector<bool>& has_bias = {});

/// Bytes of instructions that a segment of these layers sends at every
/// inference; a fit of 16 compiled files, median error 11 %. What newer
/// compilers add for a softmax is not among it.
std::int64_t InstructionBytes(std::span<const Layer> layers);

/// How often a streamed layer is sent, by the room that its maps leave in the
/// activation memory. `has_large_input` says that the segment begins with a
/// large tensor, which takes some of it.
int StreamingPasses(const Layer& layer, const DeviceSpec& spec,
                    bool has_large_input);

/// Requires `layers` from MakeLayers for the same graph.
SegmentCost CostOf(const Graph& graph, const Segment& segment,
                   std::span<const Layer> layers, const DeviceSpec& spec);

}  // namespace coralline
