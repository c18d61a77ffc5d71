#include "coralline/graph/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <limits>

namespace coralline {
namespace {

struct TypeInfo {
  std::string_view name;
  int bits;  // 0: no fixed size
};

// Indexed by DataType.
constexpr std::array<TypeInfo, 18> kTypes = {{{"float32", 32},
                                              {"float16", 16},
                                              {"int32", 32},
                                              {"uint8", 8},
                                              {"int64", 64},
                                              {"string", 0},
                                              {"bool", 8},
                                              {"int16", 16},
                                              {"complex64", 64},
                                              {"int8", 8},
                                              {"float64", 64},
                                              {"complex128", 128},
                                              {"uint64", 64},
                                              {"resource", 0},
                                              {"variant", 0},
                                              {"uint32", 32},
                                              {"uint16", 16},
                                              {"int4", 4}}};

const TypeInfo* FindType(DataType type) {
  const auto index = static_cast<std::size_t>(static_cast<std::uint8_t>(type));
  return index < kTypes.size() ? &kTypes[index] : nullptr;
}

}  // namespace

std::string DataTypeName(DataType type) {
  const TypeInfo* info = FindType(type);
  return info ? std::string(info->name)
              : fmt::format("type {}", static_cast<int>(type));
}

std::optional<int> ElementBits(DataType type) {
  const TypeInfo* info = FindType(type);
  if (!info || info->bits == 0) return std::nullopt;
  return info->bits;
}

std::optional<std::int64_t> NumElements(std::span<const int> shape) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t elements = 1;
  for (const int size : shape) {
    if (size < 0 || (size > 0 && elements > kMax / size)) return std::nullopt;
    elements *= size;
  }
  return elements;
}

std::optional<std::int64_t> NumBytes(const Tensor& tensor) {
  const auto elements = NumElements(tensor.shape);
  const auto bits = ElementBits(tensor.type);
  if (!elements || !bits) return std::nullopt;
  if (*bits < 8) return *elements / 2 + *elements % 2;
  const std::int64_t element_bytes = *bits / 8;
  if (*elements > std::numeric_limits<std::int64_t>::max() / element_bytes) {
    return std::nullopt;
  }
  return *elements * element_bytes;
}

std::string FormatShape(std::span<const int> shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

}  // namespace coralline
