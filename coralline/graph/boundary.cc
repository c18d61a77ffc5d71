#include "coralline/graph/boundary.h"

#include <algorithm>

namespace coralline {
namespace {

// Moves the members of `preferred` that occur in `found` to the front, in the
// order of `preferred`.
std::vector<int> Ordered(const std::vector<int>& found,
                         const std::vector<int>& preferred) {
  std::vector<int> ordered;
  const auto add = [&ordered](int tensor) {
    if (std::find(ordered.begin(), ordered.end(), tensor) == ordered.end()) {
      ordered.push_back(tensor);
    }
  };
  for (const int tensor : preferred) {
    if (std::find(found.begin(), found.end(), tensor) != found.end()) {
      add(tensor);
    }
  }
  std::for_each(found.begin(), found.end(), add);
  return ordered;
}

// Marks the tensors that somebody outside the segment needs.
std::vector<bool> NeededOutside(const Graph& graph, const Segment& segment) {
  std::vector<bool> needed(graph.tensors.size(), false);
  for (const int tensor : graph.outputs) needed[tensor] = true;
  for (int op = 0; op < graph.num_ops(); ++op) {
    if (std::binary_search(segment.ops.begin(), segment.ops.end(), op)) {
      continue;
    }
    for (const int tensor : graph.ops[op].inputs) {
      if (tensor != Op::kNoTensor) needed[tensor] = true;
    }
  }
  return needed;
}

}  // namespace

Boundary FindBoundary(const Graph& graph, const Segment& segment) {
  const std::vector<bool> needed = NeededOutside(graph, segment);
  std::vector<bool> produced(graph.tensors.size(), false);
  Boundary found;
  for (const int op : segment.ops) {
    for (const int tensor : graph.ops[op].inputs) {
      if (IsActivation(graph, tensor) && !produced[tensor]) {
        found.inputs.push_back(tensor);
      }
    }
    for (const int tensor : graph.ops[op].outputs) {
      produced[tensor] = true;
      if (needed[tensor]) found.outputs.push_back(tensor);
    }
  }
  return {Ordered(found.inputs, graph.inputs),
          Ordered(found.outputs, graph.outputs)};
}

std::vector<std::int64_t> CrossingBytes(const Graph& graph) {
  const std::vector<int> producers = Producers(graph);
  std::vector<int> last_reader(graph.tensors.size(), -1);
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].inputs) {
      if (tensor != Op::kNoTensor) last_reader[tensor] = op;
    }
  }
  // A tensor made by op p and last read by op r crosses the cuts p + 1 .. r.
  std::vector<std::int64_t> change(graph.ops.size() + 1, 0);
  for (std::size_t tensor = 0; tensor < graph.tensors.size(); ++tensor) {
    if (producers[tensor] < 0 || last_reader[tensor] <= producers[tensor]) {
      continue;
    }
    const std::int64_t bytes = NumBytes(graph.tensors[tensor]).value_or(0);
    change[producers[tensor] + 1] += bytes;
    change[last_reader[tensor] + 1] -= bytes;
  }
  std::vector<std::int64_t> crossing(graph.ops.size(), 0);
  for (std::size_t cut = 1; cut < crossing.size(); ++cut) {
    crossing[cut] = crossing[cut - 1] + change[cut];
  }
  return crossing;
}

}  // namespace coralline
