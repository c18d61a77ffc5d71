#include "coralline/tflite/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/tflite/internal/checks.h"
#include "coralline/tflite/internal/wire.h"

namespace coralline {
namespace {

using internal::SizeOf;

template <typename T, typename U>
std::vector<T> ToVector(const flatbuffers::Vector<U>* vector) {
  static_assert(sizeof(T) == sizeof(U));
  if (SizeOf(vector) == 0) return {};
  // Real files do not always align 8-byte elements.
  std::vector<T> values(vector->size());
  std::memcpy(values.data(), vector->Data(), values.size() * sizeof(T));
  return values;
}

std::string ToString(const flatbuffers::String* text) {
  return text ? text->str() : std::string();
}

Quantization ReadQuantization(const wire::Quantization* wire) {
  if (!wire) return {};
  return {.scale = ToVector<float>(wire->scale()),
          .zero_point = ToVector<std::int64_t>(wire->zero_point()),
          .min = ToVector<float>(wire->min()),
          .max = ToVector<float>(wire->max()),
          .dimension = wire->quantized_dimension()};
}

// Constness is having data: older tools point every activation at buffer 0,
// newer ones give each its own empty buffer.
std::optional<std::int64_t> ConstantBytes(const wire::Model& root,
                                          const wire::Tensor& tensor) {
  const auto* data = internal::BufferData(root, tensor.buffer());
  if (SizeOf(data) == 0) return std::nullopt;
  return static_cast<std::int64_t>(data->size());
}

Tensor ReadTensor(const wire::Model& root, const wire::Tensor& wire) {
  return {.name = ToString(wire.name()),
          .type = static_cast<DataType>(wire.type()),
          .shape = ToVector<int>(wire.shape()),
          .shape_signature = ToVector<int>(wire.shape_signature()),
          .quantization = ReadQuantization(wire.quantization()),
          .is_variable = wire.is_variable(),
          .constant_bytes = ConstantBytes(root, wire)};
}

// Codes above 127 do not fit the older field, which then holds 127.
OpKind KindOf(const wire::OperatorCode& code) {
  return static_cast<OpKind>(
      std::max<int>(code.deprecated_builtin_code(), code.builtin_code()));
}

Op ReadOp(const wire::Model& root, const wire::Operator& wire) {
  const auto* code = root.operator_codes()->Get(wire.opcode_index());
  return {.kind = KindOf(*code),
          .version = code->version(),
          .custom_code = ToString(code->custom_code()),
          .inputs = ToVector<int>(wire.inputs()),
          .outputs = ToVector<int>(wire.outputs()),
          .intermediates = ToVector<int>(wire.intermediates())};
}

// An empty tensor that only is read is a constant without bytes, such as the
// shape operand of a reshape to a scalar.
void MarkEmptyConstants(Graph& graph) {
  std::vector<bool> written(graph.tensors.size(), false);
  const auto mark = [&written](const std::vector<int>& tensors) {
    for (const int tensor : tensors) {
      if (tensor >= 0 && tensor < static_cast<int>(written.size())) {
        written[tensor] = true;
      }
    }
  };
  mark(graph.inputs);
  for (const Op& op : graph.ops) mark(op.outputs);
  for (std::size_t i = 0; i < written.size(); ++i) {
    Tensor& tensor = graph.tensors[i];
    const bool is_value =
        written[i] || tensor.is_variable || tensor.is_constant();
    if (!is_value && NumBytes(tensor) == 0) tensor.constant_bytes = 0;
  }
}

Graph ReadGraph(const wire::Model& root) {
  const wire::SubGraph& wire = *root.subgraphs()->Get(0);
  Graph graph{.tensors = {},
              .ops = {},
              .inputs = ToVector<int>(wire.inputs()),
              .outputs = ToVector<int>(wire.outputs())};
  for (const auto* tensor : *wire.tensors()) {
    graph.tensors.push_back(ReadTensor(root, *tensor));
  }
  for (const auto* op : *wire.operators()) {
    graph.ops.push_back(ReadOp(root, *op));
  }
  MarkEmptyConstants(graph);
  return graph;
}

Model Parse(SharedBytes bytes, const std::string& file, const std::string& name,
            Compiled compiled) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  CORALLINE_CHECK(reinterpret_cast<std::uintptr_t>(data) % 16 == 0);
  if (bytes.size() < 8 || !wire::ModelBufferHasIdentifier(data)) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: not a TFLite model: the file identifier "
                            "'TFL3' is missing",
                            file));
  }
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: {} bytes; a flatbuffer is smaller than 2 GB",
                            file, bytes.size()));
  }
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!wire::VerifyModelBuffer(verifier)) {
    throw Error(ErrorKind::kModel,
                fmt::format("{}: damaged or truncated: the flatbuffer of {} "
                            "bytes does not verify",
                            file, bytes.size()));
  }
  const wire::Model& root = *wire::GetModel(data);
  internal::CheckWire(root, bytes.span(), file);
  Graph graph = ReadGraph(root);
  internal::CheckGraph(graph, compiled, file);
  return {name, std::move(graph), std::move(bytes)};
}

}  // namespace

Model ReadTflite(const std::filesystem::path& path, Compiled compiled) {
  return Parse(ReadFile(path), path.string(), path.stem().string(), compiled);
}

Model ParseTflite(SharedBytes bytes, const std::string& name,
                  Compiled compiled) {
  return Parse(std::move(bytes), name, name, compiled);
}

}  // namespace coralline
