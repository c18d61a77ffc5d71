#include "coralline/sim/growing_segment.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "coralline/base/check.h"
#include "coralline/sim/internal/banks.h"
#include "coralline/sim/internal/cost_terms.h"

namespace coralline {
namespace {

// An activation that an op reads or produces.
struct Flow {
  int tensor = 0;
  int producer = -1;
  int num_reads = 0;  // by ops and the caller
  SegmentInput size;
};

// An op: its layer, what crosses its boundary, and its times.
struct Part {
  Layer layer;
  std::vector<Flow> reads;  // with repetitions
  std::vector<Flow> produced;
  BlockedLayer blocks;
  double compute_ms = 0;
  std::array<LayerCost, 2> streaming;  // beside a small and a large input
};

std::vector<Flow> FlowsOf(const Graph& graph) {
  const std::vector<int> producers = Producers(graph);
  std::vector<Flow> flows;
  for (int t = 0; t < static_cast<int>(graph.tensors.size()); ++t) {
    flows.push_back(
        {.tensor = t, .producer = producers[t], .size = SizeOf(graph, t)});
  }
  for (const Op& op : graph.ops) {
    for (const int tensor : op.inputs) {
      if (tensor != Op::kNoTensor) ++flows[tensor].num_reads;
    }
  }
  for (const int tensor : graph.outputs) ++flows[tensor].num_reads;
  return flows;
}

std::vector<Part> PartsOf(const Graph& graph, std::span<const Layer> layers,
                          const DeviceSpec& spec) {
  const std::vector<Flow> flows = FlowsOf(graph);
  std::vector<Part> parts;
  for (std::size_t op = 0; op < layers.size(); ++op) {
    const Layer& layer = layers[op];
    Part part{.layer = layer, .compute_ms = ComputeMs(layer, spec)};
    for (const int t : graph.ops[op].inputs) {
      if (IsActivation(graph, t)) part.reads.push_back(flows[t]);
    }
    for (const int t : graph.ops[op].outputs) part.produced.push_back(flows[t]);
    if (layer.num_blocks > 0) {
      part.blocks = BlocksOf(layer, static_cast<int>(op));
    }
    AddStreaming(layer, spec, false, part.streaming[0]);
    AddStreaming(layer, spec, true, part.streaming[1]);
    parts.push_back(std::move(part));
  }
  return parts;
}

// What adds up over the ops of a segment.
struct Sums {
  SegmentTerms terms;
  double compute_ms = 0;
  std::int64_t cached_bytes = 0;  // if all that has blocks is on the chip
  std::int64_t all_block_bytes = 0;
  std::int64_t longest_block = 0;
  std::int64_t always_streamed_bytes = 0;
  std::array<LayerCost, 2> always_streaming;  // as Part::streaming

  void Add(const Part& part) {
    terms.instructions.Add(part.layer);
    compute_ms += part.compute_ms;
    cached_bytes += part.blocks.cached_bytes;
    all_block_bytes += part.blocks.AllBlockBytes();
    longest_block = std::max(longest_block, part.blocks.block_bytes);
    if (!part.layer.is_always_streamed()) return;
    always_streamed_bytes += part.layer.streamed_bytes;
    for (std::size_t i = 0; i < 2; ++i) {
      always_streaming[i].streaming_ms += part.streaming[i].streaming_ms;
      always_streaming[i].passes =
          std::max(always_streaming[i].passes, part.streaming[i].passes);
    }
  }
};

// As Place takes them.
bool IsBefore(const BlockedLayer& a, const BlockedLayer& b) {
  return a.cached_bytes > b.cached_bytes ||
         (a.cached_bytes == b.cached_bytes && a.index < b.index);
}

}  // namespace

class GrowingSegment::Impl {
 public:
  Impl(const Graph& graph, std::span<const Layer> layers,
       const DeviceSpec& spec)
      : spec_(spec),
        parts_(PartsOf(graph, layers, spec)),
        banks_(spec.memory.num_banks),
        is_inside_(layers.size(), 0),
        reads_inside_(graph.tensors.size(), 0),
        sums_(1) {}

  void Push(int op) {
    CORALLINE_CHECK(is_inside_[op] == 0);
    const Part& part = parts_[op];
    sums_.push_back(sums_.back());
    sums_.back().Add(part);
    MoveBoundary(part);
    if (part.blocks.num_blocks > 0) {
      blocked_.insert(PlaceOf(part.blocks), part.blocks);
    }
    is_inside_[op] = 1;
    ops_.push_back(op);
  }

  void Pop() {
    CORALLINE_CHECK(!ops_.empty());
    const Part& part = parts_[ops_.back()];
    if (part.blocks.num_blocks > 0) blocked_.erase(PlaceOf(part.blocks));
    Leave(ops_.back());
    ops_.pop_back();
    sums_.pop_back();
  }

  void Clear() {
    for (const int op : ops_) Leave(op);
    ops_.clear();
    blocked_.clear();
    sums_.resize(1);
  }

  std::span<const int> ops() const { return ops_; }

  SegmentCost Cost() {
    const Sums& sums = sums_.back();
    const std::size_t large = HasLargeInput(sums.terms.inputs, spec_) ? 1 : 0;
    SegmentCost cost{.compute_ms = sums.compute_ms};
    const std::int64_t bank =
        BankBytes(spec_.memory, sums.terms.inputs.size(), false);
    // Then so does every part of it, which is what packing would try.
    if (SurelyFits(sums.all_block_bytes, sums.longest_block,
                   spec_.memory.num_banks, bank)) {
      cost.placement.cached_bytes = sums.cached_bytes;
    } else {
      Pack(large, cost);
    }
    cost.placement.streamed_bytes += sums.always_streamed_bytes;
    AddPart(sums.always_streaming[large], cost);
    AddTerms(sums.terms, spec_, cost);
    return cost;
  }

 private:
  void MoveBoundary(const Part& part) {
    SegmentTerms& terms = sums_.back().terms;
    for (const Flow& flow : part.reads) {
      const int reads = ++reads_inside_[flow.tensor];
      if (flow.producer >= 0 && is_inside_[flow.producer] != 0) {
        if (reads == flow.num_reads) terms.outputs.Remove(flow.size, spec_);
      } else if (reads == 1) {
        terms.inputs.Add(flow.size, spec_);
      }
    }
    for (const Flow& flow : part.produced) {
      CORALLINE_CHECK(reads_inside_[flow.tensor] == 0);
      if (flow.num_reads > 0) terms.outputs.Add(flow.size, spec_);
    }
  }

  void Leave(int op) {
    is_inside_[op] = 0;
    for (const Flow& flow : parts_[op].reads) --reads_inside_[flow.tensor];
  }

  std::vector<BlockedLayer>::iterator PlaceOf(const BlockedLayer& layer) {
    return std::lower_bound(blocked_.begin(), blocked_.end(), layer, IsBefore);
  }

  void Pack(std::size_t large, SegmentCost& cost) {
    cost.placement = PackInto(banks_, blocked_, spec_.memory,
                              sums_.back().terms.inputs.size(), streamed_);
    double ms = 0;
    for (const int i : streamed_) {
      const LayerCost& part = parts_[blocked_[i].index].streaming[large];
      ms += part.streaming_ms;
      cost.is_interpolated = cost.is_interpolated || part.passes > 1;
    }
    cost.streaming_ms += ms;
  }

  DeviceSpec spec_;
  std::vector<Part> parts_;  // of each op of the graph
  Banks banks_;
  std::vector<int> streamed_;

  std::vector<int> ops_;
  std::vector<char> is_inside_;    // of each op
  std::vector<int> reads_inside_;  // of each tensor
  std::vector<BlockedLayer> blocked_;
  // Before the first op and after each: doubles would not come back by
  // subtraction.
  std::vector<Sums> sums_;
};

GrowingSegment::GrowingSegment(const Graph& graph,
                               std::span<const Layer> layers,
                               const DeviceSpec& spec) {
  CORALLINE_CHECK(layers.size() == graph.ops.size());
  CORALLINE_CHECK(spec.memory.num_banks > 0);
  impl_ = std::make_unique<Impl>(graph, layers, spec);
}
GrowingSegment::~GrowingSegment() = default;
GrowingSegment::GrowingSegment(GrowingSegment&&) noexcept = default;
GrowingSegment& GrowingSegment::operator=(GrowingSegment&&) noexcept = default;

void GrowingSegment::Push(int op) { impl_->Push(op); }
void GrowingSegment::Pop() { impl_->Pop(); }
void GrowingSegment::Clear() { impl_->Clear(); }
std::span<const int> GrowingSegment::ops() const { return impl_->ops(); }
SegmentCost GrowingSegment::Cost() { return impl_->Cost(); }

}  // namespace coralline
