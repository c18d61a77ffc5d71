#include "coralline/plan/compiler_partitioner.h"

#include <fmt/format.h>

#include <numeric>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/plan/internal/execution_order.h"
#include "coralline/plan/internal/order_costs.h"

namespace coralline {
namespace {

std::vector<std::int64_t> SizesOf(const Graph& graph) {
  std::vector<std::int64_t> sizes;
  for (const Op& op : graph.ops) {
    sizes.push_back(op.kind == OpKind::kCustom ? 0 : ParameterBytes(graph, op));
  }
  return sizes;
}

[[noreturn]] void FailAtLargeOp(const Graph& graph, int op, std::int64_t bytes,
                                std::int64_t average, int num_segments) {
  throw Error(
      ErrorKind::kModel,
      fmt::format("op {} ({}) has {} B of parameters, more than the {} B that "
                  "the compiler's partitioner puts into each of {} segments; "
                  "ask for fewer segments, or plan with --strategy optimal",
                  op, OpName(graph.ops[op]), bytes, average, num_segments));
}

[[noreturn]] void FailAtFirstOutput(const Graph& graph,
                                    const ExecutionOrder& order,
                                    int num_segments) {
  const int op = order.ops[order.first_output];
  throw Error(
      ErrorKind::kModel,
      fmt::format("the compiler's partitioner needs {} or more ops in front of "
                  "op {} ({}), the first output, to make {} segments, and "
                  "finds {}; ask for {} or fewer, or plan with --strategy "
                  "optimal",
                  num_segments - 1, op, OpName(graph.ops[op]), num_segments,
                  order.first_output, order.first_output + 1));
}

}  // namespace

std::vector<int> CompilerOrder(const Graph& graph) {
  return ExecutionOrderOf(graph).ops;
}

std::vector<Segment> CompilerSegments(const Graph& graph, int num_segments) {
  CORALLINE_CHECK(num_segments >= 1);
  if (num_segments == 1) return {OpRange(0, graph.num_ops())};
  const ExecutionOrder order = ExecutionOrderOf(graph);
  if (order.first_output < num_segments - 1) {
    FailAtFirstOutput(graph, order, num_segments);
  }
  const std::vector<std::int64_t> sizes = SizesOf(graph);
  const std::int64_t average =
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) /
          num_segments +
      1;
  std::vector<int> cuts;
  int next = 0;
  for (int s = 0; s < num_segments - 1; ++s) {
    const int begin = next;
    std::int64_t bytes = 0;
    while (next <= order.first_output - (num_segments - s - 1)) {
      bytes += sizes[order.ops[next]];
      if (bytes > average) break;
      ++next;
    }
    if (next == begin) {
      FailAtLargeOp(graph, order.ops[begin], bytes, average, num_segments);
    }
    cuts.push_back(next);
  }
  return SegmentsOfOrder(order.ops, cuts);
}

}  // namespace coralline
