#include "coralline/sim/segment_cost.h"

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/graph/boundary.h"

namespace coralline {
namespace {

constexpr double kMsPerSecond = 1e3;

double Milliseconds(std::int64_t bytes, double bytes_per_s) {
  return static_cast<double>(bytes) / bytes_per_s * kMsPerSecond;
}

std::int64_t BytesOf(const Graph& graph, int tensor) {
  return NumBytes(graph.tensors[tensor]).value_or(0);
}

// Of all tensors, each at the rate of its size.
double TransferMs(const Graph& graph, const std::vector<int>& tensors,
                  double large_bytes_per_s, const DeviceSpec& spec) {
  double ms = 0;
  for (const int tensor : tensors) {
    const std::int64_t bytes = BytesOf(graph, tensor);
    const bool is_large = bytes >= spec.large_tensor_bytes;
    ms += Milliseconds(bytes,
                       is_large ? large_bytes_per_s : spec.small_bytes_per_s);
  }
  return ms;
}

double RelayoutMs(const Graph& graph, const std::vector<int>& tensors,
                  const DeviceSpec& spec) {
  double ms = 0;
  for (const int tensor : tensors) {
    const std::int64_t bytes = BytesOf(graph, tensor);
    if (bytes < spec.large_tensor_bytes) continue;
    ms += Milliseconds(bytes, spec.relayout_bytes_per_s);
  }
  return ms;
}

double ComputeMs(const Layer& layer, const DeviceSpec& spec) {
  const double cycles = spec.cycles_factor * static_cast<double>(layer.cycles) +
                        spec.fill_cycles * static_cast<double>(layer.fills);
  return cycles / spec.clock_hz * kMsPerSecond;
}

void AddLayers(std::span<const Layer> layers, const DeviceSpec& spec,
               bool has_large_input, SegmentCost& cost) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    LayerCost part{.compute_ms = ComputeMs(layer, spec)};
    if (!cost.placement.is_cached[i]) {
      part.passes = StreamingPasses(layer, spec, has_large_input);
      part.streaming_ms = Milliseconds(layer.streamed_bytes * part.passes,
                                       spec.streaming_bytes_per_s);
    }
    cost.is_interpolated = cost.is_interpolated || part.passes > 1;
    cost.compute_ms += part.compute_ms;
    cost.streaming_ms += part.streaming_ms;
    cost.layers.push_back(part);
  }
}

}  // namespace

std::vector<Layer> MakeLayers(const Graph& graph, const DeviceSpec& spec,
                              const std::vector<bool>& has_bias) {
  CORALLINE_CHECK(has_bias.empty() || has_bias.size() == graph.ops.size());
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    layers.push_back(
        MakeLayer(graph, graph.ops[i],
                  {.has_bias = !has_bias.empty() && has_bias[i],
                   .few_outputs_multiple = spec.few_outputs_multiple,
                   .array = spec.array}));
  }
  return layers;
}

std::int64_t InstructionBytes(std::span<const Layer> layers) {
  constexpr std::int64_t kProgram = 12767;
  constexpr std::int64_t kMatrixLayer = 1174;
  constexpr std::int64_t kUnevenLayer = 1546;
  constexpr std::int64_t kSoftmax = 761;
  std::int64_t bytes = kProgram;
  bool has_softmax = false;
  for (const Layer& layer : layers) {
    has_softmax = has_softmax || layer.kind == LayerKind::kSoftmax;
    const bool is_matrix =
        layer.kind != LayerKind::kSoftmax && layer.kind != LayerKind::kOther;
    bytes +=
        (is_matrix ? kMatrixLayer : 0) + (layer.is_uneven ? kUnevenLayer : 0);
  }
  return bytes + (has_softmax ? kSoftmax : 0);
}

int StreamingPasses(const Layer& layer, const DeviceSpec& spec,
                    bool has_large_input) {
  constexpr std::int64_t kKiB = 1024;
  constexpr std::int64_t kLargeInput = 13 * kKiB;
  const std::int64_t input = layer.input_tile_bytes;
  const std::int64_t output = layer.output_tile_bytes;
  if (input + output <= spec.activation_tile_bytes) return 1;
  const std::int64_t free = spec.activation_tile_bytes -
                            std::max(input, output) -
                            (has_large_input ? kLargeInput : 0);
  if (free >= 32 * kKiB) return 3;
  return free >= 12 * kKiB ? 5 : 8;
}

SegmentCost CostOf(const Graph& graph, const Segment& segment,
                   std::span<const Layer> layers, const DeviceSpec& spec) {
  CORALLINE_CHECK(layers.size() == graph.ops.size());
  std::vector<Layer> own;
  for (const int op : segment.ops) own.push_back(layers[op]);
  const Boundary boundary = FindBoundary(graph, segment);
  std::int64_t input_bytes = 0;
  for (const int tensor : boundary.inputs) {
    input_bytes += BytesOf(graph, tensor);
  }
  SegmentCost cost{.placement = Place(own, spec.memory, input_bytes),
                   .fixed_ms = spec.fixed_ms};
  AddLayers(own, spec, input_bytes >= spec.large_tensor_bytes, cost);
  if (cost.placement.streamed_bytes > 0) {
    cost.streaming_ms += spec.streaming_fixed_ms;
  }
  cost.instructions_ms =
      Milliseconds(InstructionBytes(own), spec.small_bytes_per_s);
  cost.input_ms =
      TransferMs(graph, boundary.inputs, spec.large_input_bytes_per_s, spec);
  cost.output_ms =
      TransferMs(graph, boundary.outputs, spec.large_output_bytes_per_s, spec);
  cost.relayout_ms = RelayoutMs(graph, boundary.outputs, spec);
  if (cost.placement.cached_bytes > 0) {
    cost.upload_ms =
        spec.upload_fixed_ms +
        Milliseconds(cost.placement.cached_bytes, spec.upload_bytes_per_s);
  }
  return cost;
}

}  // namespace coralline
