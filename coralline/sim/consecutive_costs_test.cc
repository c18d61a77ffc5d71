#include "coralline/sim/consecutive_costs.h"

#include <gtest/gtest.h>

#include <random>

#include "coralline/sim/measurement.h"

namespace coralline {
namespace {

DeviceSpec SpecWithBanksOf(std::int64_t bytes) {
  DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  spec.memory.bank_bytes = bytes;
  return spec;
}

// Networks that nobody would train, with everything that a boundary can meet:
// skips of any length, several inputs and outputs, a tensor read twice by one
// op or by none, absent inputs, state.
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

  void AddAnyOp() {
    const int input = Pick();
    const std::vector<int> shape = graph_.tensors[input].shape;
    switch (Upto(7)) {
      case 0:
        return AddOp(OpKind::kAdd, {input, input}, shape);
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

std::int64_t CachedBytes(std::span<const Layer> layers) {
  std::int64_t bytes = 0;
  for (const Layer& layer : layers) bytes += layer.cached_bytes;
  return bytes;
}

void ExpectClose(double value, double expected) {
  EXPECT_NEAR(value, expected, 1e-9 * expected);
}

void ExpectSame(const SegmentCost& cost, const SegmentCost& expected) {
  EXPECT_EQ(cost.placement.cached_bytes, expected.placement.cached_bytes);
  EXPECT_EQ(cost.placement.streamed_bytes, expected.placement.streamed_bytes);
  EXPECT_EQ(cost.is_interpolated, expected.is_interpolated);
  ExpectClose(cost.fixed_ms, expected.fixed_ms);
  ExpectClose(cost.instructions_ms, expected.instructions_ms);
  ExpectClose(cost.input_ms, expected.input_ms);
  ExpectClose(cost.compute_ms, expected.compute_ms);
  ExpectClose(cost.streaming_ms, expected.streaming_ms);
  ExpectClose(cost.output_ms, expected.output_ms);
  ExpectClose(cost.relayout_ms, expected.relayout_ms);
  EXPECT_EQ(cost.large_bytes, expected.large_bytes);
  ExpectClose(cost.upload_ms, expected.upload_ms);
  ExpectClose(cost.warm_ms(), expected.warm_ms());
  ExpectClose(cost.first_ms(), expected.first_ms());
}

// Compares all segments; gives how many hold some layers and stream others.
int CompareAll(const Graph& graph, const DeviceSpec& spec) {
  const auto layers = MakeLayers(graph, spec);
  const ConsecutiveCosts costs(graph, layers, spec);
  int mixed = 0;
  for (int begin = 0; begin < graph.num_ops(); ++begin) {
    for (int end = begin + 1; end <= graph.num_ops(); ++end) {
      SCOPED_TRACE("ops " + std::to_string(begin) + " to " +
                   std::to_string(end));
      const auto expected = CostOf(graph, OpRange(begin, end), layers, spec);
      ExpectSame(costs.At(begin, end), expected);
      if (testing::Test::HasFailure()) return mixed;
      mixed += expected.placement.cached_bytes > 0 &&
               expected.placement.streamed_bytes > 0;
    }
  }
  return mixed;
}

// With banks for all, most and few of the network's parameters, and for none
// beside a large input.
int CompareAtManySizes(const Graph& graph) {
  const DeviceSpec spec = SpecWithBanksOf(1);
  const std::int64_t bank =
      CachedBytes(MakeLayers(graph, spec)) / spec.memory.num_banks;
  int mixed = 0;
  for (const double part : {2.0, 1.1, 0.9, 0.7, 0.4, 0.1, 0.01}) {
    SCOPED_TRACE("banks for " + std::to_string(part) + " of the network");
    const auto bytes =
        static_cast<std::int64_t>(part * static_cast<double>(bank));
    DeviceSpec sized = SpecWithBanksOf(bytes);
    mixed += CompareAll(graph, sized);
    sized.memory.overflow_reserve_per_input_pixel = 30;
    mixed += CompareAll(graph, sized);
    if (testing::Test::HasFailure()) return mixed;
  }
  return mixed;
}

TEST(ConsecutiveCosts, OfChainsAreThoseOfCostOf) {
  int mixed = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    mixed += CompareAtManySizes(RandomNetwork(seed).Chain(30));
    if (HasFailure()) return;
  }
  EXPECT_GT(mixed, 1000);
}

TEST(ConsecutiveCosts, OfNetworksWithSkipsAreThoseOfCostOf) {
  int mixed = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    mixed += CompareAtManySizes(RandomNetwork(seed).Dag(40));
    if (HasFailure()) return;
  }
  EXPECT_GT(mixed, 1000);
}

TEST(ConsecutiveCosts, OfThePublishedNetworksAreThoseOfCostOf) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  for (const int width : {64, 452, 512, 704}) {
    CompareAll(NetworkOf({.kind = "conv", .width = width, .layers = 12}), spec);
  }
}

TEST(ConsecutiveCosts, OfAnEmptyGraphAreNone) {
  EXPECT_EQ(ConsecutiveCosts({}, {}, SpecWithBanksOf(1)).num_ops(), 0);
}

}  // namespace
}  // namespace coralline
