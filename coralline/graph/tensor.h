#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coralline {

/// Element types; the values are those of the TFLite file format.
enum class DataType : std::int8_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kInt32 = 2,
  kUint8 = 3,
  kInt64 = 4,
  kString = 5,
  kBool = 6,
  kInt16 = 7,
  kComplex64 = 8,
  kInt8 = 9,
  kFloat64 = 10,
  kComplex128 = 11,
  kUint64 = 12,
  kResource = 13,
  kVariant = 14,
  kUint32 = 15,
  kUint16 = 16,
  kInt4 = 17,
};

/// "int8", "float32", ...; "type 42" for a value outside the enumeration.
std::string DataTypeName(DataType type);

/// Bits of one element; nullopt for types without a fixed size (strings,
/// resources) and for values outside the enumeration.
std::optional<int> ElementBits(DataType type);

/// Affine quantization: real = scale * (stored - zero_point). One entry for
/// the whole tensor, or one per slice along `dimension`. Empty when the tensor
/// is not quantized.
struct Quantization {
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  std::vector<float> min;
  std::vector<float> max;
  int dimension = 0;

  bool operator==(const Quantization&) const = default;
};

/// A value of the graph: an activation, a constant (weights, biases), or a
/// variable that keeps its content between inferences (LSTM state).
struct Tensor {
  std::string name;
  DataType type = DataType::kFloat32;
  std::vector<int> shape;
  /// The shape with -1 for sizes unknown before run time; empty when static.
  std::vector<int> shape_signature;
  Quantization quantization;
  bool is_variable = false;
  /// Bytes stored in the model; nullopt when the tensor is not constant.
  std::optional<std::int64_t> constant_bytes;

  bool is_constant() const { return constant_bytes.has_value(); }
  bool operator==(const Tensor&) const = default;
};

/// Number of elements of a shape (1 for a scalar); nullopt when a dimension is
/// negative or the product exceeds 2^63 - 1.
std::optional<std::int64_t> NumElements(std::span<const int> shape);

/// Bytes of the tensor's content, as `shape` states it; nullopt for types
/// without a fixed size and shapes without a number of elements.
std::optional<std::int64_t> NumBytes(const Tensor& tensor);

/// "1x224x224x3"; "scalar" without dimensions.
std::string FormatShape(std::span<const int> shape);

}  // namespace coralline
