#pragma once

#include "coralline/tflite/internal/wire.h"
#include "coralline/tflite/reader.h"

namespace coralline::internal {

/// What the wire format allows and the rest of the code relies on being
/// absent or consistent, before a Graph is made: one subgraph, all vectors
/// that TFLite always writes, indices of buffers and op codes in range, no
/// external data, no sparsity, options tables inside the file. `name` begins
/// each message. Throws Error(kModel).
void CheckWire(const wire::Model& root, std::span<const std::byte> bytes,
               const std::string& name);

/// What the graph must satisfy: tensor indices in range, shapes against their
/// constants, one producer per tensor, execution order; and what Coralline
/// takes: quantized arithmetic, compiled only where that is allowed. Throws
/// Error(kModel).
void CheckGraph(const Graph& graph, Compiled compiled, const std::string& name);

}  // namespace coralline::internal
