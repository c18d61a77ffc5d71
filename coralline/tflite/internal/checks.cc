#include "coralline/tflite/internal/checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/base/error.h"
#include "coralline/graph/macs.h"
#include "coralline/tflite/internal/options.h"

namespace coralline::internal {
namespace {

constexpr unsigned kFormatVersion = 3;
// Far above any tensor that a file under 2 GB describes, and small enough that
// sums over all tensors of a file stay below 2^63.
constexpr std::int64_t kMaxTensorBytes = std::int64_t{1} << 40;
// Content may be shared inside a file, but not unfold to many times its size.
constexpr std::size_t kMaxUnfolding = 16;
constexpr std::size_t kFreeUnfoldedBytes = std::size_t{1} << 20;

template <typename... Args>
[[noreturn]] void FailModel(const std::string& name,
                            fmt::format_string<Args...> format,
                            Args&&... args) {
  throw Error(ErrorKind::kModel,
              name + ": " + fmt::format(format, std::forward<Args>(args)...));
}

template <typename T>
bool HasNull(const flatbuffers::Vector<flatbuffers::Offset<T>>* vector) {
  for (int i = 0; i < SizeOf(vector); ++i) {
    if (!vector->Get(i)) return true;
  }
  return false;
}

void CheckTensorWire(const wire::Model& root, const wire::Tensor& tensor,
                     int index, const std::string& name) {
  const auto num_buffers = static_cast<unsigned>(SizeOf(root.buffers()));
  if (tensor.buffer() >= num_buffers && tensor.buffer() != 0) {
    FailModel(name, "tensor {} uses buffer {}; the model has {}", index,
              tensor.buffer(), num_buffers);
  }
  if (tensor.sparsity()) {
    FailModel(name, "tensor {} is sparse; only dense tensors are supported",
              index);
  }
}

void CheckOpWire(const wire::Model& root, const wire::Operator& op, int index,
                 std::span<const std::byte> bytes, const std::string& name) {
  if (op.opcode_index() >= root.operator_codes()->size()) {
    FailModel(name, "op {} uses operator code {}; the model has {}", index,
              op.opcode_index(), root.operator_codes()->size());
  }
  if (op.large_custom_options_offset() != 0 || op.builtin_options_2()) {
    FailModel(name,
              "op {} keeps its options outside the operator table, as files "
              "over 2 GB and StableHLO operators do; this is not supported",
              index);
  }
  if (!OptionsAreValid(op, bytes)) {
    FailModel(name, "op {} has a damaged options table", index);
  }
}

void CheckBuffers(const wire::Model& root, const std::string& name) {
  for (int i = 0; i < SizeOf(root.buffers()); ++i) {
    if (root.buffers()->Get(i)->offset() > 1) {
      FailModel(name,
                "buffer {} lies outside the flatbuffer, as in files over 2 GB; "
                "this is not supported",
                i);
    }
  }
}

template <typename T>
std::size_t BytesOf(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() * sizeof(T) : 0;
}

std::size_t UnfoldedBytes(const wire::Tensor& tensor) {
  const std::size_t bytes = BytesOf(tensor.name()) + BytesOf(tensor.shape()) +
                            BytesOf(tensor.shape_signature());
  const wire::Quantization* quantization = tensor.quantization();
  if (!quantization) return bytes;
  return bytes + BytesOf(quantization->scale()) +
         BytesOf(quantization->zero_point()) + BytesOf(quantization->min()) +
         BytesOf(quantization->max());
}

std::size_t UnfoldedBytes(const wire::Model& root, const wire::Operator& op) {
  const auto* code = root.operator_codes()->Get(op.opcode_index());
  return BytesOf(op.inputs()) + BytesOf(op.outputs()) +
         BytesOf(op.intermediates()) + BytesOf(op.custom_options()) +
         BytesOf(op.mutating_variable_inputs()) + OptionsBytes(op) +
         BytesOf(code->custom_code());
}

// Tables and vectors of a flatbuffer can be referred to any number of times,
// so that a crafted file of some KB would take gigabytes to read.
void CheckUnfolding(const wire::Model& root, std::size_t file_bytes,
                    const std::string& name) {
  const wire::SubGraph& graph = *root.subgraphs()->Get(0);
  std::size_t bytes = 0;
  for (const auto* tensor : *graph.tensors()) bytes += UnfoldedBytes(*tensor);
  for (const auto* op : *graph.operators()) bytes += UnfoldedBytes(root, *op);
  for (int i = 0; i < SizeOf(root.buffers()); ++i) {
    bytes += BytesOf(BufferData(root, i));
  }
  if (bytes <= kMaxUnfolding * file_bytes + kFreeUnfoldedBytes) return;
  FailModel(name,
            "a file of {} bytes refers to its content so often that it "
            "unfolds to {} bytes; no converter writes such files",
            file_bytes, bytes);
}

void CheckIndex(const Graph& graph, int tensor, bool optional,
                const std::string& where, const std::string& name) {
  if (optional && tensor == Op::kNoTensor) return;
  const int num_tensors = static_cast<int>(graph.tensors.size());
  if (tensor < 0 || tensor >= num_tensors) {
    FailModel(name, "{} is tensor {}; the model has tensors 0 to {}", where,
              tensor, num_tensors - 1);
  }
}

void CheckIndices(const Graph& graph, const std::string& name) {
  for (const int tensor : graph.inputs) {
    CheckIndex(graph, tensor, false, "a model input", name);
  }
  for (const int tensor : graph.outputs) {
    CheckIndex(graph, tensor, false, "a model output", name);
  }
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    const auto where = [&](std::string_view what) {
      return fmt::format("{} of op {} ({})", what, i, OpName(op));
    };
    for (const int tensor : op.inputs) {
      CheckIndex(graph, tensor, true, where("an input"), name);
    }
    for (const int tensor : op.outputs) {
      CheckIndex(graph, tensor, false, where("an output"), name);
    }
    for (const int tensor : op.intermediates) {
      CheckIndex(graph, tensor, true, where("an intermediate"), name);
    }
  }
}

void CheckTensor(const Tensor& tensor, int index, const std::string& name) {
  const Quantization& quantization = tensor.quantization;
  const auto bytes = NumBytes(tensor);
  if (!NumElements(tensor.shape) || (ElementBits(tensor.type) && !bytes) ||
      bytes > kMaxTensorBytes) {
    FailModel(name, "tensor {} '{}': shape {} is negative or too large", index,
              tensor.name, FormatShape(tensor.shape));
  }
  if (tensor.is_constant() && bytes && *tensor.constant_bytes != *bytes) {
    FailModel(name, "tensor {} '{}': {} {} takes {} bytes, its buffer has {}",
              index, tensor.name, FormatShape(tensor.shape),
              DataTypeName(tensor.type), *bytes, *tensor.constant_bytes);
  }
  const auto bad =
      std::find_if_not(quantization.scale.begin(), quantization.scale.end(),
                       [](float scale) { return scale >= 0; });
  if (bad != quantization.scale.end()) {
    FailModel(name, "tensor {} '{}': scale {} is invalid, a scale is positive",
              index, tensor.name, *bad);
  }
}

// Execution order: a tensor is written once, before it is read.
void CheckDataFlow(const Graph& graph, const std::string& name) {
  std::vector<bool> ready(graph.tensors.size(), false);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    ready[i] = !IsActivation(graph, static_cast<int>(i));
  }
  for (const int tensor : graph.inputs) ready[tensor] = true;
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    for (const int tensor : op.inputs) {
      if (tensor == Op::kNoTensor || ready[tensor]) continue;
      FailModel(name,
                "op {} ({}) reads tensor {} '{}' before any op writes it; "
                "the ops are not in execution order",
                i, OpName(op), tensor, graph.tensors[tensor].name);
    }
    for (const int tensor : op.outputs) {
      if (ready[tensor]) {
        FailModel(name, "op {} ({}) writes tensor {} '{}', which has a value",
                  i, OpName(op), tensor, graph.tensors[tensor].name);
      }
      ready[tensor] = true;
    }
  }
  for (const int tensor : graph.outputs) {
    if (ready[tensor]) continue;
    FailModel(name, "no op writes the model output {} '{}'", tensor,
              graph.tensors[tensor].name);
  }
}

// A float model is recognised by its arithmetic: ops that multiply weights.
// Float inputs and outputs around quantized layers are fine.
void CheckQuantized(const Graph& graph, Compiled compiled,
                    const std::string& name) {
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    if (IsEdgeTpuOp(op) && compiled == Compiled::kRefuse) {
      FailModel(name,
                "op {} ({}): already compiled for the Edge TPU, which makes "
                "one opaque operator of the model; give the .tflite file that "
                "was compiled",
                i, OpName(op));
    }
    if (MacCount(graph, op) == 0) continue;
    for (const int tensor : op.inputs) {
      if (tensor == Op::kNoTensor ||
          graph.tensors[tensor].type != DataType::kFloat32) {
        continue;
      }
      FailModel(name,
                "op {} ({}): tensor '{}' is float32; the Edge TPU runs int8: "
                "quantize the model first (full integer quantization)",
                i, OpName(op), graph.tensors[tensor].name);
    }
  }
}

}  // namespace

void CheckWire(const wire::Model& root, std::span<const std::byte> bytes,
               const std::string& name) {
  if (root.version() != kFormatVersion) {
    FailModel(name, "format version {}, expected {}", root.version(),
              kFormatVersion);
  }
  if (SizeOf(root.subgraphs()) != 1) {
    FailModel(name,
              "{} subgraphs, expected 1: control flow (IF, WHILE, CALL) and "
              "multi-signature models cannot be cut; export one function",
              SizeOf(root.subgraphs()));
  }
  const wire::SubGraph* graph = root.subgraphs()->Get(0);
  if (!graph) FailModel(name, "the subgraph is missing");
  const auto require = [&name](int count, std::string_view what) {
    if (count == 0) FailModel(name, "no {}: nothing to run", what);
  };
  require(SizeOf(graph->tensors()), "tensors");
  require(SizeOf(root.operator_codes()), "operator codes");
  require(SizeOf(graph->operators()), "operators");
  require(SizeOf(graph->outputs()), "outputs");
  if (HasNull(graph->tensors()) || HasNull(graph->operators()) ||
      HasNull(root.operator_codes()) || HasNull(root.buffers()) ||
      HasNull(root.metadata())) {
    FailModel(name, "a table of the flatbuffer is missing");
  }
  for (int i = 0; i < SizeOf(graph->tensors()); ++i) {
    CheckTensorWire(root, *graph->tensors()->Get(i), i, name);
  }
  for (int i = 0; i < SizeOf(graph->operators()); ++i) {
    CheckOpWire(root, *graph->operators()->Get(i), i, bytes, name);
  }
  CheckBuffers(root, name);
  CheckUnfolding(root, bytes.size(), name);
}

void CheckGraph(const Graph& graph, Compiled compiled,
                const std::string& name) {
  CheckIndices(graph, name);
  for (int i = 0; i < static_cast<int>(graph.tensors.size()); ++i) {
    CheckTensor(graph.tensors[i], i, name);
  }
  CheckQuantized(graph, compiled, name);
  CheckDataFlow(graph, name);
}

}  // namespace coralline::internal
