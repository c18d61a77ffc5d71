#include "coralline/sim/segment_cost.h"

#include <algorithm>

#include "coralline/base/check.h"
#include "coralline/graph/boundary.h"
#include "coralline/sim/internal/cost_terms.h"

namespace coralline {
namespace {

TransferBytes BytesOf(const Graph& graph, const std::vector<int>& tensors,
                      const DeviceSpec& spec) {
  TransferBytes bytes;
  for (const int tensor : tensors) {
    bytes.Add(SizeOf(graph, tensor), spec);
  }
  return bytes;
}

void AddLayers(std::span<const Layer> layers, const DeviceSpec& spec,
               bool has_large_input, SegmentCost& cost) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    LayerCost part{.compute_ms = ComputeMs(layers[i], spec)};
    if (!cost.placement.is_cached[i]) {
      AddStreaming(layers[i], spec, has_large_input, part);
    }
    AddPart(part, cost);
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
                   .softmax_table_bytes =
                       static_cast<std::int64_t>(spec.softmax_table_bytes),
                   .activation_tile_bytes = spec.activation_tile_bytes,
                   .array = spec.array}));
  }
  return layers;
}

std::int64_t InstructionBytes(std::span<const Layer> layers) {
  InstructionCount count;
  for (const Layer& layer : layers) count.Add(layer);
  return count.bytes();
}

int StreamingPasses(const Layer& layer, const DeviceSpec& spec,
                    bool has_large_input) {
  constexpr std::int64_t kKiB = 1024;
  constexpr std::int64_t kLargeInput = 13 * kKiB;
  const std::int64_t input = layer.input_tile_bytes;
  const std::int64_t output = layer.output_tile_bytes;
  if (input + output <= spec.activation_tile_bytes) return 1;
  const std::int64_t free =
      spec.activation_tile_bytes - std::max(input, output);
  if (free >= 32 * kKiB + (has_large_input ? kLargeInput : 0)) return 3;
  return free >= 12 * kKiB ? 5 : 8;
}

SegmentCost CostOf(const Graph& graph, const Segment& segment,
                   std::span<const Layer> layers, const DeviceSpec& spec) {
  CORALLINE_CHECK(layers.size() == graph.ops.size());
  std::vector<Layer> own;
  for (const int op : segment.ops) own.push_back(layers[op]);
  const Boundary boundary = FindBoundary(graph, segment);
  SegmentTerms terms{.inputs = BytesOf(graph, boundary.inputs, spec),
                     .outputs = BytesOf(graph, boundary.outputs, spec)};
  for (const Layer& layer : own) terms.instructions.Add(layer);
  SegmentCost cost{.placement = Place(own, spec.memory, terms.inputs.size())};
  AddLayers(own, spec, HasLargeInput(terms.inputs, spec), cost);
  AddTerms(terms, spec, cost);
  return cost;
}

}  // namespace coralline
