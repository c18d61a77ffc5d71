#include "coralline/sim/cost_floors.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/sim/internal/banks.h"
#include "coralline/sim/internal/cost_terms.h"

namespace coralline {
namespace {

constexpr double kRoundedDown = 1 - 1e-9;

// Whether no segment keeps it, whatever else it holds: a layer alone on a chip
// without an input is packed as well as equal blocks can be.
bool IsStreamedEverywhere(const Layer& layer, const ParameterMemory& memory) {
  if (layer.num_blocks == 0) return layer.is_always_streamed();
  Banks banks(memory.num_banks);
  banks.Reset(memory.bank_bytes);
  return !banks.Add(BlocksOf(layer, 0));
}

// Sent as few times as it may be.
double LeastStreamingMs(const Layer& layer, const DeviceSpec& spec) {
  LayerCost small;
  LayerCost large;
  AddStreaming(layer, spec, false, small);
  AddStreaming(layer, spec, true, large);
  return std::min(small.streaming_ms, large.streaming_ms);
}

// Parameters that may stay on a chip.
struct Load {
  double bytes = 0;  // of the banks
  double ms_per_byte = 0;
};

std::vector<Load> SlowestToStreamFirst(std::span<const Layer> layers,
                                       const DeviceSpec& spec) {
  std::vector<Load> loads;
  for (const Layer& layer : layers) {
    if (layer.cached_bytes == 0 || IsStreamedEverywhere(layer, spec.memory)) {
      continue;
    }
    const auto bytes = static_cast<double>(BlocksOf(layer, 0).AllBlockBytes());
    loads.push_back({bytes, LeastStreamingMs(layer, spec) / bytes});
  }
  std::sort(loads.begin(), loads.end(), [](const Load& a, const Load& b) {
    return a.ms_per_byte > b.ms_per_byte;
  });
  return loads;
}

// What a segment pays once however many of its ops need it is charged to the
// first op of the graph that does: the segment of that op pays it, and no other
// is charged.
struct Uncharged {
  std::vector<char> inputs;  // of each tensor
  bool softmax = true;
  bool streaming = true;
};

// All that no op produces; constants and state are never charged.
std::vector<char> InputsOf(const Graph& graph) {
  std::vector<char> inputs(graph.tensors.size(), 1);
  for (const Op& op : graph.ops) {
    for (const int tensor : op.outputs) inputs[tensor] = 0;
  }
  return inputs;
}

SegmentTerms ChargedTerms(const Graph& graph, int op, const Layer& layer,
                          const DeviceSpec& spec, Uncharged& uncharged) {
  SegmentTerms terms;
  if (layer.kind != LayerKind::kSoftmax ||
      std::exchange(uncharged.softmax, false)) {
    terms.instructions.Add(layer);
  }
  for (const int t : graph.ops[op].inputs) {
    if (IsActivation(graph, t) && std::exchange(uncharged.inputs[t], 0) != 0) {
      terms.inputs.Add(SizeOf(graph, t), spec);
    }
  }
  for (const int t : graph.ops[op].outputs) {
    if (std::count(graph.outputs.begin(), graph.outputs.end(), t) > 0) {
      terms.outputs.Add(SizeOf(graph, t), spec);
    }
  }
  return terms;
}

}  // namespace

SegmentFloors FloorsOf(const Graph& graph, std::span<const Layer> layers,
                       const DeviceSpec& spec) {
  CORALLINE_CHECK(layers.size() == graph.ops.size());
  SegmentCost stage;
  AddTerms({}, spec, stage);
  SegmentFloors floors{.stage_ms = kRoundedDown * stage.warm_ms()};
  Uncharged uncharged{.inputs = InputsOf(graph)};
  for (int op = 0; op < graph.num_ops(); ++op) {
    const Layer& layer = layers[op];
    SegmentCost cost{.compute_ms = ComputeMs(layer, spec)};
    if (IsStreamedEverywhere(layer, spec.memory)) {
      cost.streaming_ms = LeastStreamingMs(layer, spec);
      if (std::exchange(uncharged.streaming, false)) {
        cost.placement.streamed_bytes = layer.streamed_bytes;
      }
    }
    AddTerms(ChargedTerms(graph, op, layer, spec, uncharged), spec, cost);
    floors.op_ms.push_back(kRoundedDown * (cost.warm_ms() - stage.warm_ms()));
  }
  return floors;
}

double StreamingFloorMs(std::span<const Layer> layers, const DeviceSpec& spec,
                        int num_segments) {
  double room = static_cast<double>(num_segments) * spec.memory.num_banks *
                static_cast<double>(spec.memory.bank_bytes);
  double ms = 0;
  for (const Load& load : SlowestToStreamFirst(layers, spec)) {
    const double kept = std::min(room, load.bytes);
    room -= kept;
    ms += load.ms_per_byte * (load.bytes - kept);
  }
  const bool is_charged =
      std::any_of(layers.begin(), layers.end(), [&spec](const Layer& layer) {
        return IsStreamedEverywhere(layer, spec.memory);
      });
  if (ms > 0 && !is_charged) ms += spec.streaming_fixed_ms;
  return kRoundedDown * ms;
}

}  // namespace coralline
