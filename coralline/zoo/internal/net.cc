#include "coralline/zoo/internal/net.h"

#include <fmt/format.h>

#include <limits>

#include "coralline/base/error.h"
#include "coralline/zoo/internal/quantize.h"

namespace coralline::internal {
namespace {

template <typename T>
std::vector<std::byte> BytesOf(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Net::Net(std::string title, DataType type)
    : title_(std::move(title)), type_(type) {}

void Net::Fail(const std::string& name, const std::string& why) const {
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: layer '{}' {}", title_, name, why));
}

std::string Net::NextName(const std::string& kind) {
  const int number = ++next_[kind];
  const std::string name = fmt::format("{}_{}", kind, number);
  return scope_.empty() ? name : scope_ + "/" + name;
}

Extent Net::MapOf(const Value& value) const {
  const auto& shape = TensorOf(value).shape;
  return shape.size() == 4 ? Extent(shape[1], shape[2]) : Extent(1);
}

void Net::CheckBytes(const Tensor& tensor) const {
  constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max();
  const auto bytes = NumBytes(tensor);
  if (!bytes || *bytes > kLimit) {
    Fail(tensor.name, fmt::format("has a tensor {} of 2 GB or more; use a "
                                  "smaller size or fewer classes",
                                  FormatShape(tensor.shape)));
  }
}

int Net::AddTensor(const Tensor& tensor) {
  CheckBytes(tensor);
  graph_.tensors.push_back(tensor);
  return static_cast<int>(graph_.tensors.size()) - 1;
}

int Net::AddLiteral(Tensor tensor, std::vector<std::byte> data) {
  tensor.constant_bytes = static_cast<std::int64_t>(data.size());
  const int index = AddTensor(tensor);
  fillings_.push_back({.tensor = index, .literal = std::move(data)});
  return index;
}

int Net::AddConstant(std::string name, const std::vector<std::int32_t>& shape,
                     const std::vector<std::int32_t>& values) {
  return AddLiteral(
      {.name = std::move(name), .type = DataType::kInt32, .shape = shape},
      BytesOf(values));
}

int Net::AddConstant(std::string name, const std::vector<std::int32_t>& shape,
                     const std::vector<float>& values) {
  return AddLiteral(
      {.name = std::move(name), .type = DataType::kFloat32, .shape = shape},
      BytesOf(values));
}

Value Net::AddOp(OpKind kind, int version, const std::vector<int>& inputs,
                 const Tensor& output, float deviation,
                 const OpOptions& options) {
  const int index = AddTensor(output);
  graph_.ops.push_back(
      {.kind = kind, .version = version, .inputs = inputs, .outputs = {index}});
  options_.push_back(options);
  return {index, deviation};
}

Value Net::Input(Extent size, int channels) {
  const int index = AddTensor({.name = "input",
                               .type = type_,
                               .shape = {1, size.h, size.w, channels},
                               .quantization = QuantizeSigned(type_, 1)});
  graph_.inputs.push_back(index);
  constexpr float kUniform = 0.58F;  // of values spread evenly from -1 to 1
  return {index, kUniform};
}

void Net::SetOutputs(const std::vector<Value>& outputs) {
  for (const Value& output : outputs) graph_.outputs.push_back(output.tensor);
}

Tensor Net::Activated(std::string name, std::vector<int> shape, float deviation,
                      Activation activation) const {
  return {.name = std::move(name),
          .type = type_,
          .shape = std::move(shape),
          .quantization = QuantizeActivated(type_, activation, deviation)};
}

Tensor Net::Like(const Value& input, std::string name,
                 std::vector<int> shape) const {
  return {.name = std::move(name),
          .type = TensorOf(input).type,
          .shape = std::move(shape),
          .quantization = TensorOf(input).quantization};
}
}  // namespace coralline::internal
