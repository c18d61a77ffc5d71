#include "coralline/sim/cpu_cost.h"

#include "coralline/graph/macs.h"

namespace coralline {
namespace {

constexpr double kFullyConnectedMacsPerMs = 5.92e6;
constexpr double kConvMacsPerMs = 19.46e6;
constexpr double kActivationBytesPerMs = 1e6;  // assumed
constexpr double kOpMs = 0.005;                // assumed

double ActivationBytes(const Graph& graph, const std::vector<int>& tensors) {
  double bytes = 0;
  for (const int tensor : tensors) {
    if (!IsActivation(graph, tensor)) continue;
    bytes += static_cast<double>(NumBytes(graph.tensors[tensor]).value_or(0));
  }
  return bytes;
}

double OpMs(const Graph& graph, const Op& op) {
  const double rate = op.kind == OpKind::kFullyConnected
                          ? kFullyConnectedMacsPerMs
                          : kConvMacsPerMs;
  const double bytes =
      ActivationBytes(graph, op.inputs) + ActivationBytes(graph, op.outputs);
  return kOpMs + static_cast<double>(MacCount(graph, op)) / rate +
         bytes / kActivationBytesPerMs;
}

}  // namespace

double EstimateCpuMs(const Graph& graph, const Segment& segment) {
  double ms = 0;
  for (const int op : segment.ops) ms += OpMs(graph, graph.ops[op]);
  return ms;
}

}  // namespace coralline
