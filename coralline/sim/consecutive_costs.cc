#include "coralline/sim/consecutive_costs.h"

#include <algorithm>
#include <array>

#include "coralline/base/check.h"
#include "coralline/sim/internal/banks.h"
#include "coralline/sim/internal/cost_terms.h"
#include "coralline/sim/internal/op_flows.h"

namespace coralline {
namespace {

// A layer, its parameters and its time if it is cached, or if it is streamed in
// a segment with a small or a large input.
struct Part {
  const Layer* layer = nullptr;
  BlockedLayer blocks;
  double compute_ms = 0;
  std::array<LayerCost, 2> streaming;
};

std::vector<Part> PartsOf(std::span<const Layer> layers,
                          const DeviceSpec& spec) {
  std::vector<Part> parts;
  for (const Layer& layer : layers) {
    Part part{.layer = &layer, .compute_ms = ComputeMs(layer, spec)};
    if (layer.num_blocks > 0) {
      part.blocks = BlocksOf(layer, static_cast<int>(parts.size()));
    }
    AddStreaming(layer, spec, false, part.streaming[0]);
    AddStreaming(layer, spec, true, part.streaming[1]);
    parts.push_back(part);
  }
  return parts;
}

// The segments with one beginning, which grows towards the end of the graph.
class Growing {
 public:
  Growing(std::size_t num_tensors, std::span<const Part> parts,
          const DeviceSpec& spec)
      : parts_(parts),
        spec_(spec),
        banks_(spec.memory.num_banks),
        read_since_(num_tensors, -1) {}

  void BeginAt(int op) {
    begin_ = op;
    terms_ = {};
    compute_ms_ = 0;
    blocked_.clear();
    always_streamed_.clear();
    all_ = {};
    all_block_bytes_ = 0;
    longest_block_ = 0;
  }

  void Append(const Part& part, const OpFlows& flows) {
    terms_.instructions.Add(*part.layer);
    compute_ms_ += part.compute_ms;
    MoveBoundary(flows);
    if (part.blocks.num_blocks > 0) AppendBlocks(part.blocks);
    if (part.layer->is_always_streamed()) always_streamed_.push_back(&part);
  }

  SegmentCost Cost() {
    SegmentCost cost{.compute_ms = compute_ms_};
    const std::int64_t bank =
        BankBytes(spec_.memory, terms_.inputs.size(), false);
    // Then so does every part of it, which is what packing would try.
    if (SurelyFits(all_block_bytes_, longest_block_, spec_.memory.num_banks,
                   bank)) {
      cost.placement = all_;
    } else {
      Pack(cost);
    }
    StreamAlways(cost);
    AddTerms(terms_, spec_, cost);
    return cost;
  }

 private:
  void MoveBoundary(const OpFlows& flows) {
    for (const Flow& flow : flows.reads) {
      if (flow.producer >= begin_ || read_since_[flow.tensor] == begin_) {
        continue;
      }
      read_since_[flow.tensor] = begin_;
      terms_.inputs.Add(flow.size, spec_);
    }
    for (const Flow& flow : flows.produced) {
      terms_.outputs.Add(flow.size, spec_);
    }
    for (const Flow& flow : flows.consumed) {
      if (flow.producer >= begin_) terms_.outputs.Remove(flow.size, spec_);
    }
  }

  void AppendBlocks(const BlockedLayer& blocks) {
    const auto smaller =
        std::upper_bound(blocked_.begin(), blocked_.end(), blocks,
                         [](const BlockedLayer& a, const BlockedLayer& b) {
                           return a.cached_bytes > b.cached_bytes;
                         });
    blocked_.insert(smaller, blocks);
    all_.cached_bytes += blocks.cached_bytes;
    all_block_bytes_ += blocks.AllBlockBytes();
    longest_block_ = std::max(longest_block_, blocks.block_bytes);
  }

  void Pack(SegmentCost& cost) {
    cost.placement = PackInto(banks_, blocked_, spec_.memory,
                              terms_.inputs.size(), streamed_);
    const bool has_large_input = HasLargeInput(terms_.inputs, spec_);
    for (const int i : streamed_) {
      AddPart(parts_[blocked_[i].index].streaming[has_large_input ? 1 : 0],
              cost);
    }
  }

  void StreamAlways(SegmentCost& cost) const {
    const bool has_large_input = HasLargeInput(terms_.inputs, spec_);
    for (const Part* part : always_streamed_) {
      cost.placement.streamed_bytes += part->layer->streamed_bytes;
      AddPart(part->streaming[has_large_input ? 1 : 0], cost);
    }
  }

  std::span<const Part> parts_;
  const DeviceSpec& spec_;
  Banks banks_;
  std::vector<int> read_since_;  // the last beginning with it as an input
  std::vector<int> streamed_;

  int begin_ = 0;
  SegmentTerms terms_;
  double compute_ms_ = 0;
  std::vector<BlockedLayer> blocked_;  // largest first, as Place takes them
  std::vector<const Part*> always_streamed_;
  Placement all_;  // if all of them fit
  std::int64_t all_block_bytes_ = 0;
  std::int64_t longest_block_ = 0;
};

}  // namespace

ConsecutiveCosts::ConsecutiveCosts(const Graph& graph,
                                   std::span<const Layer> layers,
                                   const DeviceSpec& spec)
    : num_ops_(graph.num_ops()) {
  CORALLINE_CHECK(layers.size() == graph.ops.size());
  CORALLINE_CHECK(spec.memory.num_banks > 0);
  const std::vector<OpFlows> flows = FlowsOf(graph);
  const std::vector<Part> parts = PartsOf(layers, spec);
  costs_.reserve(layers.size() * (layers.size() + 1) / 2);
  Growing segment(graph.tensors.size(), parts, spec);
  for (int begin = 0; begin < num_ops_; ++begin) {
    segment.BeginAt(begin);
    for (int op = begin; op < num_ops_; ++op) {
      segment.Append(parts[op], flows[op]);
      costs_.push_back(segment.Cost());
    }
  }
}

const SegmentCost& ConsecutiveCosts::At(int begin, int end) const {
  CORALLINE_CHECK(0 <= begin && begin < end && end <= num_ops_);
  const auto b = static_cast<std::size_t>(begin);
  const auto n = static_cast<std::size_t>(num_ops_);
  // Row b begins behind rows of n, n - 1, ..., n - b + 1 segments.
  return costs_[b * (2 * n - b + 1) / 2 + static_cast<std::size_t>(end) - 1 -
                b];
}

}  // namespace coralline
