#include "coralline/sim/operator_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "coralline/base/check.h"

namespace coralline {
namespace {

// Kinds on Google's list, with the highest version of TFLite 2.9: the last
// compiler is older, so it knows none above.
struct Supported {
  OpKind kind;
  int max_version;
};
constexpr Supported kSupported[] = {
    {OpKind::kAdd, 4},
    {OpKind::kAveragePool2d, 3},
    {OpKind::kConcatenation, 3},
    {OpKind::kConv2d, 5},
    {OpKind::kDepthwiseConv2d, 6},
    {OpKind::kFullyConnected, 9},
    {OpKind::kL2Normalization, 2},
    {OpKind::kLogistic, 3},
    {OpKind::kLstm, 4},
    {OpKind::kMaxPool2d, 3},
    {OpKind::kMul, 5},
    {OpKind::kRelu, 3},
    {OpKind::kReluN1To1, 1},
    {OpKind::kRelu6, 3},
    {OpKind::kReshape, 1},
    {OpKind::kResizeBilinear, 4},
    {OpKind::kSoftmax, 3},
    {OpKind::kSpaceToDepth, 2},
    {OpKind::kTanh, 3},
    {OpKind::kPad, 4},
    {OpKind::kTranspose, 5},
    {OpKind::kMean, 3},
    {OpKind::kSub, 5},
    {OpKind::kSqueeze, 2},
    {OpKind::kUnidirectionalSequenceLstm, 3},
    {OpKind::kStridedSlice, 6},
    {OpKind::kSplit, 4},
    {OpKind::kPrelu, 1},
    {OpKind::kMaximum, 4},
    {OpKind::kMinimum, 4},
    {OpKind::kSlice, 5},
    {OpKind::kTransposeConv, 3},
    {OpKind::kTile, 3},
    {OpKind::kExpandDims, 1},
    {OpKind::kSum, 2},
    {OpKind::kRsqrt, 2},
    {OpKind::kReduceMax, 3},
    {OpKind::kPack, 3},
    {OpKind::kReduceMin, 3},
    {OpKind::kResizeNearestNeighbor, 4},
    {OpKind::kSquaredDifference, 2},
    {OpKind::kQuantize, 3},
};

constexpr std::int64_t kSoftmaxElements = 16000;
constexpr std::int64_t kTileBytes = 196608;
constexpr int kTilesPerSide = 4;
constexpr int kChannelMultiple = 4;
constexpr std::size_t kMaxRank = 4;

std::string Describe(const Tensor& tensor) {
  return fmt::format("tensor '{}' is {} {}", tensor.name,
                     DataTypeName(tensor.type), FormatShape(tensor.shape));
}

bool Is8Bit(const Tensor& tensor) {
  return tensor.type == DataType::kInt8 || tensor.type == DataType::kUint8;
}

bool IsDynamic(const Tensor& tensor) {
  const auto& signature = tensor.shape_signature;
  return !signature.empty() &&
         std::any_of(signature.begin() + 1, signature.end(),
                     [](int size) { return size < 0; });
}

// Elements of all dimensions but the last `inner`.
std::int64_t OuterElements(const Tensor& tensor, std::size_t inner) {
  const std::span<const int> shape = tensor.shape;
  if (shape.size() <= inner) return 1;
  return NumElements(shape.first(shape.size() - inner)).value_or(-1);
}

const Tensor* TensorAt(const Graph& graph, const std::vector<int>& list,
                       std::size_t i) {
  if (i >= list.size() || list[i] == Op::kNoTensor) return nullptr;
  return &graph.tensors[list[i]];
}

std::vector<const Tensor*> Activations(const Graph& graph, const Op& op) {
  std::vector<const Tensor*> activations;
  for (const auto* list : {&op.inputs, &op.outputs}) {
    for (const int tensor : *list) {
      if (tensor != Op::kNoTensor && IsActivation(graph, tensor)) {
        activations.push_back(&graph.tensors[tensor]);
      }
    }
  }
  return activations;
}

OpMapping Limit(const Tensor& tensor, const char* expected) {
  return {Mapping::kUnspecified,
          fmt::format("{}, expected {}", Describe(tensor), expected)};
}

OpMapping CheckActivation(const Tensor& tensor) {
  if (!Is8Bit(tensor)) {
    return {Mapping::kDataType,
            fmt::format("{}, expected int8 or uint8", Describe(tensor))};
  }
  if (IsDynamic(tensor)) return Limit(tensor, "a shape that is known");
  if (OuterElements(tensor, 3) == 1) return {};
  if (tensor.shape.size() > kMaxRank) {
    return {Mapping::kRank,
            fmt::format("{}, expected 4 dimensions or fewer, or outer "
                        "dimensions of 1",
                        Describe(tensor))};
  }
  return Limit(tensor, "a batch of 1");
}

OpMapping CheckWeights(const Graph& graph, const Op& op) {
  // Of a transposed convolution too: its first input is the output's shape.
  const Tensor* weights = TensorAt(graph, op.inputs, 1);
  if (!weights) return {Mapping::kUnspecified, "no weights"};
  if (!weights->is_constant()) return Limit(*weights, "constant weights");
  if (Is8Bit(*weights)) return {};
  return {Mapping::kDataType,
          fmt::format("{}, expected int8 or uint8", Describe(*weights))};
}

OpMapping CheckFullyConnected(const Graph& graph, const Op& op) {
  const Tensor* output = TensorAt(graph, op.outputs, 0);
  if (output && OuterElements(*output, 1) != 1) {
    return Limit(*output, "one vector");
  }
  return CheckWeights(graph, op);
}

OpMapping CheckSoftmax(const Graph& graph, const Op& op) {
  const Tensor* input = TensorAt(graph, op.inputs, 0);
  if (!input) return {};
  const bool is_short = NumElements(input->shape) <= kSoftmaxElements;
  if (OuterElements(*input, 1) == 1 && is_short) return {};
  return Limit(*input, "one vector of at most 16000 elements");
}

// Axes are content; that the channels are reduced shows in the last dimension.
OpMapping CheckReduction(const Graph& graph, const Op& op) {
  const Tensor* input = TensorAt(graph, op.inputs, 0);
  const Tensor* output = TensorAt(graph, op.outputs, 0);
  if (!input || !output || input->shape.empty()) return {};
  const int channels = input->shape.back();
  const bool is_kept =
      !output->shape.empty() && output->shape.back() == channels;
  if (is_kept || channels % kChannelMultiple == 0) return {};
  return Limit(*input, "a multiple of 4 channels to reduce");
}

OpMapping CheckResize(const Graph& graph, const Op& op) {
  const Tensor* input = TensorAt(graph, op.inputs, 0);
  const Tensor* output = TensorAt(graph, op.outputs, 0);
  if (!output || output->shape.size() < 3) return {};
  // The compiled DeepLab v3 has no parameters from here on.
  const auto is_point = [](const std::vector<int>& shape) {
    return shape.size() >= 3 && shape.end()[-2] == 1 && shape.end()[-3] == 1;
  };
  if (input && is_point(input->shape) && !is_point(output->shape)) {
    return Limit(*input, "a map of more than one pixel");
  }
  const auto up = [](std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
  };
  const auto* last = output->shape.data() + output->shape.size();
  const std::int64_t bytes = up(last[-3], kTilesPerSide) *
                             up(last[-2], kTilesPerSide) *
                             up(last[-1], kChannelMultiple) * kChannelMultiple;
  if (bytes <= kTileBytes) return {};
  return Limit(*output, "at most 196608 bytes per tile");
}

OpMapping CheckConcatenation(const Graph& graph, const Op& op) {
  if (op.inputs.size() == 2) return {};
  for (const int input : op.inputs) {
    if (input != Op::kNoTensor && graph.tensors[input].is_constant()) {
      return Limit(graph.tensors[input], "a constant beside one input only");
    }
  }
  return {};
}

OpMapping CheckPrelu(const Graph& graph, const Op& op) {
  const Tensor* alpha = TensorAt(graph, op.inputs, 1);
  if (!alpha) return {};
  if (!alpha->is_constant() || OuterElements(*alpha, 1) != 1) {
    return Limit(*alpha, "a constant vector of slopes");
  }
  return {};
}

OpMapping CheckKind(const Graph& graph, const Op& op) {
  switch (op.kind) {
    case OpKind::kConv2d:
    case OpKind::kDepthwiseConv2d:
    case OpKind::kTransposeConv:
      return CheckWeights(graph, op);
    case OpKind::kFullyConnected:
      return CheckFullyConnected(graph, op);
    case OpKind::kSoftmax:
      return CheckSoftmax(graph, op);
    case OpKind::kMean:
    case OpKind::kSum:
    case OpKind::kReduceMax:
    case OpKind::kReduceMin:
      return CheckReduction(graph, op);
    case OpKind::kResizeBilinear:
    case OpKind::kResizeNearestNeighbor:
      return CheckResize(graph, op);
    case OpKind::kConcatenation:
      return CheckConcatenation(graph, op);
    case OpKind::kPrelu:
      return CheckPrelu(graph, op);
    default:
      return {};
  }
}

}  // namespace

std::string_view MappingText(Mapping mapping) {
  switch (mapping) {
    case Mapping::kMapped:
      return "Mapped to Edge TPU";
    case Mapping::kNotSupported:
      return "Operation not supported";
    case Mapping::kDataType:
      return "Operation is working on an unsupported data type";
    case Mapping::kVersion:
      return "Operation version not supported";
    case Mapping::kRank:
      return "Operation is working on non-4D tensor";
    case Mapping::kUnspecified:
      return "Operation is otherwise supported, but not mapped due to some "
             "unspecified limitation";
    case Mapping::kOneSubgraph:
      return "More than one subgraph is not supported";
  }
  return "";
}

OpMapping CheckOp(const Graph& graph, const Op& op) {
  if (IsEdgeTpuOp(op)) return {};
  for (const Tensor* tensor : Activations(graph, op)) {
    if (auto found = CheckActivation(*tensor); !found.is_mapped()) return found;
  }
  const auto* row = std::find_if(
      std::begin(kSupported), std::end(kSupported),
      [&](const Supported& supported) { return supported.kind == op.kind; });
  if (row == std::end(kSupported)) {
    return {Mapping::kNotSupported,
            fmt::format("{} is not on the Edge TPU's list", OpName(op))};
  }
  if (op.version > row->max_version) {
    return {Mapping::kVersion, fmt::format("version {}, expected at most {}",
                                           op.version, row->max_version)};
  }
  return CheckKind(graph, op);
}

std::vector<OpMapping> MapOps(const Graph& graph) {
  std::vector<OpMapping> mappings;
  // Of each tensor: whether it comes from the Edge TPU, and over which CPU op.
  std::vector<bool> follows_device(graph.tensors.size());
  std::vector<int> over(graph.tensors.size(), -1);
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    OpMapping mapping = CheckOp(graph, op);
    bool follows = mapping.is_mapped();
    int cause = -1;
    for (const int input : op.inputs) {
      if (input == Op::kNoTensor) continue;
      follows = follows || follows_device[input];
      if (cause < 0) cause = over[input];
    }
    if (mapping.is_mapped() && cause >= 0) {
      mapping = {Mapping::kOneSubgraph,
                 fmt::format("behind op {}, {}, on the CPU", cause,
                             OpName(graph.ops[cause]))};
    }
    if (cause < 0 && !mapping.is_mapped() && follows) cause = i;
    for (const int output : op.outputs) {
      follows_device[output] = follows;
      over[output] = cause;
    }
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

MappedParts PartsOf(const Graph& graph,
                    const std::vector<OpMapping>& mappings) {
  CORALLINE_CHECK(mappings.size() == graph.ops.size());
  MappedParts parts;
  std::vector<bool> follows_device(graph.tensors.size());
  for (int i = 0; i < graph.num_ops(); ++i) {
    const Op& op = graph.ops[i];
    const bool is_mapped = mappings[i].is_mapped();
    const bool follows =
        is_mapped ||
        std::any_of(op.inputs.begin(), op.inputs.end(), [&](int input) {
          return input != Op::kNoTensor && follows_device[input];
        });
    for (const int output : op.outputs) follows_device[output] = follows;
    (is_mapped ? parts.mapped
     : follows ? parts.tail
               : parts.head)
        .ops.push_back(i);
  }
  if (parts.mapped.ops.empty()) std::swap(parts.head, parts.tail);
  return parts;
}

}  // namespace coralline
