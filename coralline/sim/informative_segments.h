#pragma once

#include <vector>

#include "coralline/graph/graph.h"
#include "coralline/graph/segment.h"
#include "coralline/sim/device_spec.h"

namespace coralline {

/// At most `count` segments whose times tell the most about the spec's
/// constants: what to measure in order to calibrate. Each is chosen as the one
/// that narrows what is known most, given those before it, so the first ones
/// are the most useful; ties go to the earlier and shorter. Their ops are
/// consecutive and run on the Edge TPU; one op, a power of two of them, all
/// from the first one, or all to the last. `has_bias` as for MakeLayers.
///
/// This is the greedy choice of a Bayesian D-optimal design, as if constants
/// were known within a factor of two and times within 2 %: Chaloner and
/// Verdinelli, "Bayesian experimental design: a review", Statistical Science 10
/// (1995). O(count * ops * log(ops)) for the number of constants that there is.
std::vector<Segment> InformativeSegments(const Graph& graph,
                                         const std::vector<bool>& has_bias,
                                         const DeviceSpec& spec, int count);

}  // namespace coralline
