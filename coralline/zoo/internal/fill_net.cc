#include <fmt/format.h>

#include <cstring>
#include <random>

#include "coralline/base/error.h"
#include "coralline/tflite/model_builder.h"
#include "coralline/zoo/internal/net.h"

namespace coralline::internal {
namespace {

// The random numbers of one constant, whatever the others are.
std::mt19937_64 RandomOf(std::uint64_t seed, int tensor) {
  std::seed_seq sequence{static_cast<std::uint32_t>(seed),
                         static_cast<std::uint32_t>(seed >> 32),
                         static_cast<std::uint32_t>(tensor)};
  return std::mt19937_64(sequence);
}

// Each second weight is the opposite of the one before it, so that what all
// channels have in common cancels out, as batch normalization would have it:
// otherwise deep networks drift to outputs that do not depend on the input.
std::vector<std::byte> RandomWeights(std::int64_t count, int zero_point,
                                     std::mt19937_64& random) {
  std::vector<std::byte> weights(static_cast<std::size_t>(count));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < weights.size(); i += 2) {
    bits = i % 16 == 0 ? random() : bits >> 8;
    const auto byte = static_cast<std::int8_t>(bits & 0xff);
    const int value = byte == -128 ? 0 : byte;
    weights[i] = static_cast<std::byte>(zero_point + value);
    if (i + 1 < weights.size()) {
      weights[i + 1] = static_cast<std::byte>(zero_point - value);
    }
  }
  return weights;
}

std::vector<std::byte> RandomIntegers(std::int64_t count, int limit,
                                      std::mt19937_64& random) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  const auto choices = 2 * static_cast<std::uint64_t>(limit) + 1;
  for (auto& value : values) {
    value = static_cast<std::int32_t>(random() % choices) - limit;
  }
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> ContentOf(const Filling& filling, const Tensor& tensor,
                                 std::uint64_t seed) {
  if (!filling.literal.empty()) return filling.literal;
  const std::int64_t count = NumElements(tensor.shape).value();
  std::mt19937_64 random = RandomOf(seed, filling.tensor);
  if (tensor.type == DataType::kInt32) {
    return RandomIntegers(count, filling.limit, random);
  }
  return RandomWeights(count, tensor.type == DataType::kUint8 ? 128 : 0,
                       random);
}

std::size_t ExpectedBytes(const Net& net) {
  constexpr std::int64_t kLimit = 0x7f000000;
  constexpr std::int64_t kPerTensor = 512;
  constexpr std::int64_t kPerChannel = 16;
  std::int64_t bytes = 1 << 16;
  for (const Tensor& tensor : net.graph().tensors) {
    bytes += tensor.constant_bytes.value_or(0) + kPerTensor +
             kPerChannel * std::ssize(tensor.quantization.scale);
  }
  if (bytes > kLimit) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the weights take {:.1f} GB; a TFLite model holds "
                            "less than 2 GB in all",
                            static_cast<double>(bytes) / 1e9));
  }
  return static_cast<std::size_t>(bytes);
}

}  // namespace

Model FillNet(const Net& net, const std::string& name, std::uint64_t seed) {
  const Graph& graph = net.graph();
  ModelBuilder builder(ExpectedBytes(net));
  auto filling = net.fillings().begin();
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = graph.tensors[i];
    const bool is_input = graph.inputs[0] == static_cast<int>(i);
    if (tensor.is_constant()) {
      builder.AddConstant(tensor, ContentOf(*filling++, tensor, seed));
    } else if (is_input) {
      builder.AddInput(tensor);
    } else {
      builder.AddActivation(tensor);
    }
  }
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    builder.AddOp(graph.ops[i], net.options()[i]);
  }
  builder.SetOutputs(graph.outputs);
  return builder.Build(name);
}

}  // namespace coralline::internal
