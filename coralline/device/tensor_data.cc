#include "coralline/device/tensor_data.h"

#include <cstring>

namespace coralline {
namespace {

TensorData RandomFloats(std::size_t bytes, std::mt19937_64& random) {
  TensorData data(bytes);
  for (std::size_t at = 0; at + sizeof(float) <= bytes; at += sizeof(float)) {
    const auto integer = static_cast<std::int64_t>(random() >> 40) - (1 << 23);
    const float value = static_cast<float>(integer) / (1 << 23);
    std::memcpy(data.data() + at, &value, sizeof(value));
  }
  return data;
}

TensorData RandomBytes(std::size_t bytes, std::mt19937_64& random) {
  TensorData data(bytes);
  for (std::byte& byte : data) byte = static_cast<std::byte>(random() >> 56);
  return data;
}

// Little-endian zeros and ones.
TensorData RandomBits(std::size_t bytes, std::size_t element_bytes,
                      std::mt19937_64& random) {
  TensorData data(bytes);
  for (std::size_t at = 0; at < bytes; at += element_bytes) {
    data[at] = static_cast<std::byte>(random() >> 63);
  }
  return data;
}

}  // namespace

std::vector<TensorSpec> SpecsOf(const Graph& graph,
                                const std::vector<int>& tensors) {
  std::vector<TensorSpec> specs;
  for (const int index : tensors) {
    const Tensor& tensor = graph.tensors[index];
    specs.push_back(
        {.name = tensor.name,
         .type = tensor.type,
         .bytes = static_cast<std::size_t>(NumBytes(tensor).value_or(0))});
  }
  return specs;
}

std::vector<TensorData> RandomData(const std::vector<TensorSpec>& specs,
                                   std::mt19937_64& random) {
  std::vector<TensorData> data;
  for (const TensorSpec& spec : specs) {
    const int bits = ElementBits(spec.type).value_or(8);
    if (spec.type == DataType::kFloat32) {
      data.push_back(RandomFloats(spec.bytes, random));
    } else if (bits <= 8 && spec.type != DataType::kBool) {
      data.push_back(RandomBytes(spec.bytes, random));
    } else {
      data.push_back(RandomBits(spec.bytes, bits / 8, random));
    }
  }
  return data;
}

}  // namespace coralline
