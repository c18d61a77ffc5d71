#pragma once

#include <cstdint>
#include <vector>

#include "coralline/graph/segment.h"

namespace coralline {

/// The activations that a segment takes and gives, as tensor indices.
struct Boundary {
  std::vector<int> inputs;
  std::vector<int> outputs;

  bool operator==(const Boundary&) const = default;
};

/// Inputs: activations that the segment reads and does not produce. Outputs:
/// tensors that it produces and that the model returns or an op outside reads.
///
/// Order: first those that are inputs (outputs) of the model, in the model's
/// order; then the others as the ops read (produce) them. So the segment of
/// all ops has the model's own interface, less inputs that no op reads.
Boundary FindBoundary(const Graph& graph, const Segment& segment);

/// Bytes that cross from ops before a cut to ops after it, one entry per cut:
/// [k] belongs to the cut before op k, so [0] is 0. A tensor counts once
/// however many ops read it; the model's inputs and outputs do not count.
std::vector<std::int64_t> CrossingBytes(const Graph& graph);

}  // namespace coralline
