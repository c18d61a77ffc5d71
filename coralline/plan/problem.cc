#include "coralline/plan/problem.h"

#include <algorithm>
#include <numeric>

namespace coralline {

Precedence PrecedenceOf(const Graph& graph) {
  const std::vector<int> producers = Producers(graph);
  std::vector<int> last_user(graph.tensors.size(), -1);
  Precedence precedence(graph.ops.size());
  for (int op = 0; op < graph.num_ops(); ++op) {
    std::vector<int>& before = precedence[op];
    for (const int tensor : graph.ops[op].inputs) {
      if (tensor == Op::kNoTensor) continue;
      if (producers[tensor] >= 0) before.push_back(producers[tensor]);
      if (!graph.tensors[tensor].is_variable) continue;
      if (last_user[tensor] >= 0 && last_user[tensor] != op) {
        before.push_back(last_user[tensor]);
      }
      last_user[tensor] = op;
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
  }
  return precedence;
}

std::vector<int> OrderOf(const PlanProblem& problem) {
  if (!problem.order.empty()) return problem.order;
  std::vector<int> order(problem.precedence.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

// Joins each op with those before it; what has no leader but itself is a part.
int NumParts(const Precedence& precedence) {
  std::vector<int> leader(precedence.size());
  std::iota(leader.begin(), leader.end(), 0);
  const auto find = [&leader](int op) {
    while (leader[op] != op) op = leader[op] = leader[leader[op]];
    return op;
  };
  int parts = static_cast<int>(precedence.size());
  for (int op = 0; op < static_cast<int>(precedence.size()); ++op) {
    for (const int before : precedence[op]) {
      const int a = find(op);
      const int b = find(before);
      parts -= a == b ? 0 : 1;
      leader[a] = b;
    }
  }
  return parts;
}

}  // namespace coralline
