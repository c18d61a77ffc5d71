#pragma once

#include "coralline/graph/graph.h"
#include "coralline/graph/segment.h"

namespace coralline {

/// A rough estimate, in milliseconds, of what one CPU core takes for the ops
/// that the accelerator leaves to it: multiply-accumulates at the rate of one
/// TFLite thread on an Intel Core i9-9900K (published with the paper's series;
/// 5.9 G/s fully connected, 19 G/s convolutions), 1 us an op, and some
/// nanoseconds for each element of the activations, by the kind of op: CPU time
/// of the tails of four networks with XNNPACK on an Intel Xeon. Measure where
/// it matters: another processor may be ten times slower, and without XNNPACK
/// quantized sums and products take ten times as long.
double EstimateCpuMs(const Graph& graph, const Segment& segment);

}  // namespace coralline
