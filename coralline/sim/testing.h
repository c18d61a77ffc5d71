#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coralline/sim/growing_segment.h"
#include "coralline/sim/segment_cost.h"

namespace coralline::testing_util {

inline DeviceSpec SpecWithBanksOf(std::int64_t bytes) {
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.memory.bank_bytes = bytes;
  return spec;
}

/// Networks that nobody would train, with everything that a boundary can meet:
/// skips of any length, several inputs and outputs, a tensor read twice by one
/// op or by none, absent inputs, state.
class RandomNetwork {
 public:
  explicit RandomNetwork(unsigned seed) : random_(seed) {}

  Graph Chain(int num_ops) {
    AddInput();
    for (int i = 0; i < num_ops; ++i) AddMatrixOp(live_.back());
    graph_.outputs = {live_.back()};
    return std::move(graph_);
  }

  Graph Dag(int num_ops) {
    for (int i = Upto(2); i >= 0; --i) AddInput();
    for (int i = 0; i < num_ops; ++i) AddAnyOp();
    graph_.outputs = {live_.back(), live_[Upto(Last())], graph_.inputs[0]};
    return std::move(graph_);
  }

 private:
  int Upto(int most) {
    return std::uniform_int_distribution<int>(0, most)(random_);
  }
  int Last() const { return static_cast<int>(live_.size()) - 1; }
  int Pick() {  // more often than not the latest
    return live_[Upto(2) > 0 ? Last() : Upto(Last())];
  }

  int Add(std::vector<int> shape) {
    graph_.tensors.push_back(
        {.type = DataType::kInt8, .shape = std::move(shape)});
    return static_cast<int>(graph_.tensors.size()) - 1;
  }
  std::vector<int> Map(int channels) {
    const int side = Upto(3) > 0 ? 4 + Upto(28) : 64 + Upto(192);
    return {1, side, side, channels};
  }
  void AddInput() {
    graph_.inputs.push_back(Add(Map(3)));
    live_.push_back(graph_.inputs.back());
  }
  int AddConstant(std::vector<int> shape) {
    const int index = Add(std::move(shape));
    Tensor& tensor = graph_.tensors[index];
    tensor.constant_bytes = NumBytes(tensor);
    return index;
  }
  void AddOp(OpKind kind, std::vector<int> inputs, std::vector<int> shape) {
    live_.push_back(Add(std::move(shape)));
    graph_.ops.push_back(
        {.kind = kind, .inputs = std::move(inputs), .outputs = {live_.back()}});
  }

  void AddMatrixOp(int input) {
    const int inputs = graph_.tensors[input].shape.back();
    const int kernel = Upto(1) > 0 ? 3 : 1;
    const int outputs = 16 * (1 + Upto(31));
    switch (Upto(3)) {
      case 0:
        return AddOp(OpKind::kFullyConnected,
                     {input, AddConstant({outputs, inputs})}, {1, outputs});
      case 1:
        return AddOp(OpKind::kDepthwiseConv2d,
                     {input, AddConstant({1, kernel, kernel, inputs})},
                     Map(inputs));
      default:
        return AddOp(OpKind::kConv2d,
                     {input, AddConstant({outputs, kernel, kernel, inputs}),
                      Op::kNoTensor},
                     Map(outputs));
    }
  }

  void AddConcatenation(int a, int b) {
    std::vector<int> shape = graph_.tensors[a].shape;
    shape.back() += graph_.tensors[b].shape.back();
    AddOp(OpKind::kConcatenation, {a, b}, shape);
  }

  void AddAnyOp() {
    const int input = Pick();
    const std::vector<int> shape = graph_.tensors[input].shape;
    switch (Upto(8)) {
      case 0:
        return AddOp(OpKind::kAdd, {input, input}, shape);
      case 8:
        return AddConcatenation(input, Pick());
      case 4:  // an operand that is always streamed
        return AddOp(OpKind::kMul, {input, AddConstant({1, shape.back()})},
                     shape);
      case 1:
      case 2:
        return AddOp(OpKind::kAdd, {input, Pick()}, shape);
      case 3: {
        const int state = Add({1, 8});
        graph_.tensors[state].is_variable = true;
        return AddOp(OpKind::kSoftmax, {input, state}, shape);
      }
      default:
        return AddMatrixOp(input);
    }
  }

  std::mt19937 random_;
  Graph graph_;
  std::vector<int> live_;
};

/// With banks for a part of the graph's parameters, and room for maps such that
/// a layer, if it is streamed, is sent more often beside a large input.
inline DeviceSpec SpecFor(double part, const Graph& graph) {
  constexpr std::int64_t kFew = 40 << 10;
  DeviceSpec spec = SpecWithBanksOf(1);
  double bytes = 0;
  for (const Layer& layer : MakeLayers(graph, spec)) {
    bytes += static_cast<double>(layer.cached_bytes);
    const auto [less, more] =
        std::minmax({layer.input_tile_bytes, layer.output_tile_bytes});
    if (layer.streamed_bytes > 0 && less > kFew) {
      spec.activation_tile_bytes = more + kFew;
    }
  }
  spec.memory.bank_bytes =
      static_cast<std::int64_t>(part * bytes / spec.memory.num_banks);
  return spec;
}

/// A random topological order of the graph that begins with `order`, which is
/// one of its beginnings. The ops [begin, end) of it are a convex segment.
inline std::vector<int> InRandomOrder(const Graph& graph,
                                      std::vector<int> order,
                                      std::mt19937& random) {
  const std::vector<int> producers = Producers(graph);
  std::vector<bool> is_done(graph.ops.size(), false);
  for (const int op : order) is_done[op] = true;
  const auto is_ready = [&](int op) {
    const std::vector<int>& inputs = graph.ops[op].inputs;
    return !is_done[op] &&
           std::all_of(inputs.begin(), inputs.end(), [&](int t) {
             return t == Op::kNoTensor || producers[t] < 0 ||
                    is_done[producers[t]];
           });
  };
  while (order.size() < graph.ops.size()) {
    std::vector<int> ready;
    for (int op = 0; op < graph.num_ops(); ++op) {
      if (is_ready(op)) ready.push_back(op);
    }
    order.push_back(ready[random() % ready.size()]);
    is_done[order.back()] = true;
  }
  return order;
}

/// Any convex set of ops in a random order.
inline Segment SegmentOf(std::span<const int> ops) {
  Segment segment{{ops.begin(), ops.end()}};
  std::sort(segment.ops.begin(), segment.ops.end());
  return segment;
}

/// The first number that is not the same, or "". Times of layers may have been
/// added up in another order.
inline std::string DifferenceOf(const SegmentCost& cost,
                                const SegmentCost& expected) {
  constexpr double kReordered = 1e-12;
  if (cost.placement.cached_bytes != expected.placement.cached_bytes) {
    return "cached_bytes";
  }
  if (cost.placement.streamed_bytes != expected.placement.streamed_bytes) {
    return "streamed_bytes";
  }
  if (cost.is_interpolated != expected.is_interpolated) {
    return "is_interpolated";
  }
  if (cost.large_bytes != expected.large_bytes) return "large_bytes";
  const struct {
    const char* name;
    double SegmentCost::*member;
    double tolerance = 0;
  } times[] = {{"fixed_ms", &SegmentCost::fixed_ms},
               {"instructions_ms", &SegmentCost::instructions_ms},
               {"input_ms", &SegmentCost::input_ms},
               {"compute_ms", &SegmentCost::compute_ms, kReordered},
               {"streaming_ms", &SegmentCost::streaming_ms, kReordered},
               {"output_ms", &SegmentCost::output_ms},
               {"relayout_ms", &SegmentCost::relayout_ms},
               {"upload_ms", &SegmentCost::upload_ms}};
  for (const auto& time : times) {
    const double ms = expected.*time.member;
    if (!(std::abs(cost.*time.member - ms) <= time.tolerance * ms)) {
      return time.name;
    }
  }
  return "";
}

struct WalkResult {
  int mixed = 0;           ///< segments that hold some layers and stream others
  std::string difference;  ///< between GrowingSegment and CostOf, or ""
};

/// Pushes and pops at random, from several beginnings, and compares with CostOf
/// every time.
inline WalkResult WalkAtRandom(const Graph& graph,
                               std::span<const Layer> layers,
                               const DeviceSpec& spec, unsigned seed) {
  std::mt19937 random(seed);
  const auto upto = [&random](std::size_t most) {
    return random() % (most + 1);
  };
  WalkResult result;
  GrowingSegment growing(graph, layers, spec);
  const auto compare = [&] {
    const Segment segment = SegmentOf(growing.ops());
    const SegmentCost expected = CostOf(graph, segment, layers, spec);
    result.mixed += expected.placement.cached_bytes > 0 &&
                    expected.placement.streamed_bytes > 0;
    const std::string difference = DifferenceOf(growing.Cost(), expected);
    if (difference.empty()) return;
    result.difference = difference + " of " + FormatSegment(segment);
  };
  std::vector<int> before;  // all that the first of the segment's ops may need
  for (int turn = 0; turn < 40; ++turn) {
    if (turn % 4 == 0) {
      growing.Clear();
      before = InRandomOrder(graph, {}, random);
      before.resize(upto(before.size()));
    }
    for (auto pops = upto(growing.ops().size()); pops > 0; --pops) {
      growing.Pop();
      compare();
    }
    std::vector<int> done = before;
    done.insert(done.end(), growing.ops().begin(), growing.ops().end());
    const std::vector<int> order = InRandomOrder(graph, done, random);
    const std::size_t end = done.size() + upto(order.size() - done.size());
    for (std::size_t i = done.size(); i < end; ++i) {
      growing.Push(order[i]);
      compare();
    }
  }
  return result;
}

}  // namespace coralline::testing_util
