#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/graph/op.h"
#include "coralline/graph/tensor.h"

namespace coralline {

/// A model as tensors and ops in execution order. ReadTflite and ModelBuilder
/// give valid graphs: indices are in range, each tensor has at most one
/// producer, and every op comes after the producers of its inputs.
struct Graph {
  std::vector<Tensor> tensors;
  std::vector<Op> ops;
  /// Tensors that the caller fills and reads, in the model's order.
  std::vector<int> inputs;
  std::vector<int> outputs;

  int num_ops() const { return static_cast<int>(ops.size()); }
  bool operator==(const Graph&) const = default;
};

/// Whether the model was compiled for the Edge TPU: whole or for the most part,
/// it is an op that nobody sees into.
bool IsCompiled(const Graph& graph);

/// Index of the op that produces each tensor; -1 for inputs, constants and
/// variables.
std::vector<int> Producers(const Graph& graph);

/// Whether a tensor carries a value between ops: neither absent, nor constant,
/// nor the state of one op.
bool IsActivation(const Graph& graph, int tensor);

/// Bytes of the constants that an op reads. A constant read by several ops
/// counts at each of them, as each device that runs one needs it.
std::int64_t ParameterBytes(const Graph& graph, const Op& op);

/// Bytes of all constants of the graph, each counted once.
std::int64_t ParameterBytes(const Graph& graph);

/// The tensor of that name; nullopt when there is none.
std::optional<int> FindTensor(const Graph& graph, std::string_view name);

}  // namespace coralline
