#include "coralline/sim/internal/op_flows.h"

#include <limits>

#include "coralline/sim/internal/cost_terms.h"

namespace coralline {
namespace {

constexpr int kCaller = std::numeric_limits<int>::max();

// The last op that reads each tensor, kCaller for outputs of the model, or -1.
std::vector<int> LastReaders(const Graph& graph) {
  std::vector<int> last(graph.tensors.size(), -1);
  for (int op = 0; op < graph.num_ops(); ++op) {
    for (const int tensor : graph.ops[op].inputs) {
      if (tensor != Op::kNoTensor) last[tensor] = op;
    }
  }
  for (const int tensor : graph.outputs) last[tensor] = kCaller;
  return last;
}

}  // namespace

std::vector<OpFlows> FlowsOf(const Graph& graph) {
  const std::vector<int> producers = Producers(graph);
  const std::vector<int> last = LastReaders(graph);
  std::vector<OpFlows> flows(graph.ops.size());
  for (int t = 0; t < static_cast<int>(graph.tensors.size()); ++t) {
    const int producer = producers[t];
    if (producer < 0 || last[t] <= producer) continue;
    const Flow flow{t, SizeOf(graph, t), producer};
    flows[producer].produced.push_back(flow);
    if (last[t] != kCaller) flows[last[t]].consumed.push_back(flow);
  }
  for (std::size_t op = 0; op < graph.ops.size(); ++op) {
    for (const int t : graph.ops[op].inputs) {
      if (!IsActivation(graph, t)) continue;
      flows[op].reads.push_back({t, SizeOf(graph, t), producers[t]});
    }
  }
  return flows;
}

}  // namespace coralline
