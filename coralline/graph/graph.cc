#include "coralline/graph/graph.h"

#include <algorithm>

namespace coralline {

bool IsCompiled(const Graph& graph) {
  return std::any_of(graph.ops.begin(), graph.ops.end(), IsEdgeTpuOp);
}

std::vector<int> Producers(const Graph& graph) {
  std::vector<int> producers(graph.tensors.size(), -1);
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].outputs) producers[tensor] = op;
  }
  return producers;
}

bool IsActivation(const Graph& graph, int tensor) {
  return tensor != Op::kNoTensor && !graph.tensors[tensor].is_constant() &&
         !graph.tensors[tensor].is_variable;
}

std::int64_t ParameterBytes(const Graph& graph, const Op& op) {
  std::vector<int> inputs = op.inputs;
  std::sort(inputs.begin(), inputs.end());
  inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
  std::int64_t bytes = 0;
  for (const int tensor : inputs) {
    if (tensor == Op::kNoTensor) continue;
    bytes += graph.tensors[tensor].constant_bytes.value_or(0);
  }
  return bytes;
}

std::int64_t ParameterBytes(const Graph& graph) {
  std::int64_t bytes = 0;
  for (const Tensor& tensor : graph.tensors) {
    bytes += tensor.constant_bytes.value_or(0);
  }
  return bytes;
}

std::optional<int> FindTensor(const Graph& graph, std::string_view name) {
  const auto found = std::find_if(
      graph.tensors.begin(), graph.tensors.end(),
      [name](const Tensor& tensor) { return tensor.name == name; });
  if (found == graph.tensors.end()) return std::nullopt;
  return static_cast<int>(found - graph.tensors.begin());
}

}  // namespace coralline
