#pragma once

#include <vector>

#include "coralline/graph/segment.h"

namespace coralline {

/// The order in which libcoral's partitioners take the ops. It need not be the
/// file's: of the ops that are ready, the one that became so last runs first,
/// and those that nothing depends on wait until the end.
///
/// Of ops that become ready together the later one in the file runs first: the
/// one point where libcoral's order is assumed, not known. Ops that share a
/// state tensor keep their order, which libcoral does not look at.
std::vector<int> CompilerOrder(const Graph& graph);

/// The segments that `edgetpu_compiler --num_segments` makes, in order: runs of
/// CompilerOrder, each filled with parameters up to the average of the model,
/// the last with whatever is left and with every op from the first output on.
///
/// This is libcoral's ParameterCountBasedPartitioner, with which the compiler's
/// published cuts agree: constants count as stored, those of custom ops do not.
/// Libcoral also refuses ops with several outputs; this does not.
///
/// Throws Error(kModel) where libcoral aborts: an op at the start of a segment
/// has more parameters than the average, or too few ops run before the first
/// output. What the compiler itself does there is not known. Requires an op,
/// and num_segments >= 1; one segment is the whole model.
std::vector<Segment> CompilerSegments(const Graph& graph, int num_segments);

}  // namespace coralline
