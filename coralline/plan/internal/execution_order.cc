#include "coralline/plan/internal/execution_order.h"

#include <algorithm>
#include <deque>

#include "coralline/base/check.h"
#include "coralline/plan/problem.h"

namespace coralline {

// Kahn's algorithm with a stack. Source: libcoral, coral/tools/partitioner.
ExecutionOrder ExecutionOrderOf(const Graph& graph) {
  const Precedence precedence = PrecedenceOf(graph);
  std::vector<std::vector<int>> children(precedence.size());
  std::vector<std::size_t> missing(precedence.size());
  std::deque<int> ready;
  for (int op = 0; op < graph.num_ops(); ++op) {
    missing[op] = precedence[op].size();
    if (missing[op] == 0) ready.push_back(op);
    for (const int parent : precedence[op]) children[parent].push_back(op);
  }
  ExecutionOrder order;
  while (!ready.empty()) {
    const int op = ready.back();
    ready.pop_back();
    order.ops.push_back(op);
    for (const int child : children[op]) {
      if (--missing[child] > 0) continue;
      if (children[child].empty()) {
        ready.push_front(child);
      } else {
        ready.push_back(child);
      }
    }
  }
  CORALLINE_CHECK(order.ops.size() == precedence.size());
  const auto output =
      std::find_if(order.ops.begin(), order.ops.end(),
                   [&](int op) { return children[op].empty(); });
  order.first_output = static_cast<int>(output - order.ops.begin());
  return order;
}

}  // namespace coralline
