#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coralline/graph/graph.h"
#include "coralline/graph/segment.h"

namespace coralline {

/// Where an op runs, and if on the CPU, why.
enum class Mapping {
  kMapped,
  kNotSupported,
  kDataType,
  kVersion,
  kRank,
  kUnspecified,  ///< what the compiler calls an unspecified limitation
  kOneSubgraph,  ///< supported, but behind an op that is not
};

/// The status of the compiler's log: "Mapped to Edge TPU", "Operation is
/// working on an unsupported data type".
std::string_view MappingText(Mapping mapping);

struct OpMapping {
  Mapping mapping = Mapping::kMapped;
  /// Which tensor, and what was found; empty for a mapped op.
  std::string detail;

  bool is_mapped() const { return mapping == Mapping::kMapped; }
  bool operator==(const OpMapping&) const = default;
};

/// Whether the Edge TPU runs an op by itself, from Google's list of operators
/// and their limits. What only an operator's options or a constant's content
/// tell is not checked and taken as good: fused activations, dilations,
/// strides, masks, weight formats, axes, whether a concatenated constant is
/// zero. Nor are size limits that nobody has published, but for RESIZE_BILINEAR
/// and RESIZE_NEAREST_NEIGHBOR, whose output must fit into the activation
/// memory and whose input must have more than one pixel: readings of one
/// network, whose compiled file ends there (or at the QUANTIZE behind).
OpMapping CheckOp(const Graph& graph, const Op& op);

/// Where each op runs. The compiler makes one Edge TPU subgraph: a supported
/// op whose inputs come, over any number of ops, from a CPU op that itself
/// follows the Edge TPU runs on the CPU. CPU ops at the very beginning, such as
/// a QUANTIZE of floats, do no harm.
std::vector<OpMapping> MapOps(const Graph& graph);

/// The ops by where they run: before, on and after the Edge TPU. Each is a
/// convex set, and may be empty; a model of CPU ops alone is all tail.
struct MappedParts {
  Segment head;
  Segment mapped;
  Segment tail;
};
MappedParts PartsOf(const Graph& graph, const std::vector<OpMapping>& mappings);

}  // namespace coralline
