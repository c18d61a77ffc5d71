#include "coralline/sim/cpu_cost.h"

#include <algorithm>

#include "coralline/graph/macs.h"

namespace coralline {
namespace {

constexpr double kFullyConnectedMacsPerMs = 5.92e6;
constexpr double kConvMacsPerMs = 19.46e6;
constexpr double kOpMs = 0.001;
constexpr double kNsPerMs = 1e6;

// Kinds that no other code names.
constexpr OpKind kDiv{42};
constexpr OpKind kSqrt{75};

// Nanoseconds for an element, of inputs or outputs, whichever are more.
double ElementNs(OpKind kind) {
  if (kind == kDiv) return ElementNs(OpKind::kExp);
  if (kind == kSqrt) return ElementNs(OpKind::kRsqrt);
  switch (kind) {
    case OpKind::kMean:
    case OpKind::kSum:
    case OpKind::kReduceMax:
    case OpKind::kReduceMin:
      return 5.2;
    case OpKind::kArgMax:
      return 1.5;
    case OpKind::kResizeBilinear:
    case OpKind::kResizeNearestNeighbor:
      return 1.7;
    case OpKind::kConcatenation:
      return 1.3;
    case OpKind::kExp:
      return 1.9;
    case OpKind::kRsqrt:
      return 7.8;
    default:
      return 0.5;
  }
}

double NumElementsOf(const Graph& graph, const std::vector<int>& tensors) {
  double count = 0;
  for (const int tensor : tensors) {
    if (!IsActivation(graph, tensor)) continue;
    count += static_cast<double>(
        NumElements(graph.tensors[tensor].shape).value_or(0));
  }
  return count;
}

double OpMs(const Graph& graph, const Op& op) {
  const double rate = op.kind == OpKind::kFullyConnected
                          ? kFullyConnectedMacsPerMs
                          : kConvMacsPerMs;
  const double elements = std::max(NumElementsOf(graph, op.inputs),
                                   NumElementsOf(graph, op.outputs));
  return kOpMs + static_cast<double>(MacCount(graph, op)) / rate +
         elements * ElementNs(op.kind) / kNsPerMs;
}

}  // namespace

double EstimateCpuMs(const Graph& graph, const Segment& segment) {
  double ms = 0;
  for (const int op : segment.ops) ms += OpMs(graph, graph.ops[op]);
  return ms;
}

}  // namespace coralline
