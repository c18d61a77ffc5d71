#include "coralline/sim/layer.h"

#include <algorithm>

namespace coralline {
namespace {

constexpr std::int64_t kBiasBytes = 4;
constexpr std::int64_t kScaleBytes = 8;  // of a per-channel quantized output
// A convolution's block of output channels is spread over so many banks.
constexpr std::int64_t kConvSpread = 4;
// A table is spread over so many; assumed.
constexpr std::int64_t kTableBlocks = 16;
// Streamed outputs up to this number are packed tighter.
constexpr std::int64_t kFewOutputs = 16;

std::int64_t CeilDivide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}
std::int64_t Pad(std::int64_t a, std::int64_t to) {
  return CeilDivide(a, to) * to;
}

// Height, width and channels; leading dimensions of 1 are left out.
struct Map {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 1;

  std::int64_t TilePositions(const SystolicArray& array) const {
    return CeilDivide(height, array.tile_rows) *
           CeilDivide(width, array.tile_columns);
  }
  std::int64_t TileBytes(const SystolicArray& array) const {
    return TilePositions(array) * Pad(channels, array.input_channels);
  }
  bool IsUneven(const SystolicArray& array) const {
    return height > 1 &&
           (height % array.tile_rows != 0 || width % array.tile_columns != 0);
  }
};

Map MapOf(const Tensor& tensor) {
  const auto& shape = tensor.shape;
  const std::size_t rank = shape.size();
  Map map;
  if (rank >= 1) map.channels = shape[rank - 1];
  if (rank >= 2) map.width = shape[rank - 2];
  if (rank >= 3) map.height = shape[rank - 3];
  return map;
}

struct Weights {
  std::int64_t kernel = 1;  // positions
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t bytes_per_output = 0;  // bias and scale
  std::int64_t few_outputs_multiple = 0;
};

void SetMatrix(const Weights& weights, const SystolicArray& array,
               std::int64_t spread, std::int64_t positions, Layer& layer) {
  const std::int64_t column =
      weights.kernel * Pad(weights.inputs, array.input_channels) +
      weights.bytes_per_output;
  const std::int64_t groups =
      CeilDivide(weights.outputs, array.output_channels);
  layer.cached_bytes =
      column * Pad(weights.outputs, weights.outputs < array.output_channels
                                        ? weights.few_outputs_multiple
                                        : array.output_channels);
  layer.num_blocks = groups * spread;
  layer.streamed_bytes = weights.outputs <= kFewOutputs ? kFewOutputs * column
                                                        : layer.cached_bytes;
  layer.fills = positions * weights.kernel * groups;
  layer.cycles = layer.fills * CeilDivide(weights.inputs, array.input_channels);
}

void SetDepthwise(const Weights& weights, const SystolicArray& array,
                  std::int64_t positions, Layer& layer) {
  // A weight fills the place of all input channels.
  layer.cached_bytes =
      Pad(weights.outputs, array.input_channels) *
      (array.input_channels * weights.kernel + weights.bytes_per_output);
  layer.num_blocks =
      CeilDivide(weights.outputs, array.output_channels) * kConvSpread;
  layer.streamed_bytes = layer.cached_bytes;
  const std::int64_t channels =
      Pad(weights.outputs, weights.outputs < array.output_channels
                               ? kFewOutputs
                               : array.output_channels);
  layer.depthwise_cycles =
      positions * weights.kernel * channels / array.output_channels;
}

// The kind that the shapes of an op bear out.
LayerKind KindOf(const Op& op, const Tensor* weights) {
  if (op.kind == OpKind::kSoftmax) return LayerKind::kSoftmax;
  if (!weights || !weights->is_constant()) return LayerKind::kOther;
  const std::size_t rank = weights->shape.size();
  if (op.kind == OpKind::kFullyConnected && rank == 2) {
    return LayerKind::kFullyConnected;
  }
  // A transposed convolution is one over its input's positions: by analogy, no
  // compiled file shows one.
  if ((op.kind == OpKind::kConv2d || op.kind == OpKind::kTransposeConv) &&
      rank == 4) {
    return LayerKind::kConv;
  }
  if (op.kind == OpKind::kDepthwiseConv2d && rank == 4) {
    return LayerKind::kDepthwiseConv;
  }
  return LayerKind::kOther;
}

void SetParameters(const Tensor& tensor, const Map& output,
                   const LayoutOptions& options, Layer& layer) {
  const auto& shape = tensor.shape;
  Weights weights{.bytes_per_output = options.has_bias ? kBiasBytes : 0,
                  .few_outputs_multiple = options.few_outputs_multiple};
  if (tensor.quantization.scale.size() > 1) {
    weights.bytes_per_output += kScaleBytes;
  }
  switch (layer.kind) {
    case LayerKind::kFullyConnected:  // outputs, inputs
      weights.outputs = shape[0];
      weights.inputs = shape[1];
      weights.few_outputs_multiple = options.array.output_channels;
      return SetMatrix(weights, options.array, 1, 1, layer);
    case LayerKind::kConv:  // outputs, height, width, inputs
      weights.outputs = shape[0];
      weights.kernel = std::int64_t{shape[1]} * shape[2];
      weights.inputs = shape[3];
      return SetMatrix(weights, options.array, kConvSpread,
                       output.TilePositions(options.array), layer);
    case LayerKind::kDepthwiseConv:  // 1, height, width, outputs
      weights.kernel = std::int64_t{shape[1]} * shape[2];
      weights.outputs = shape[3];
      return SetDepthwise(weights, options.array,
                          output.TilePositions(options.array), layer);
    default:
      return;
  }
}

bool IsRecurrent(const Op& op) {
  return op.kind == OpKind::kLstm ||
         op.kind == OpKind::kUnidirectionalSequenceLstm;
}

// Every gate's matrices as fully connected layers, at each step of the
// sequence: by analogy, the sizes in compiled files are not explained.
void SetRecurrent(const Graph& graph, const Op& op,
                  const LayoutOptions& options, Layer& layer) {
  const Tensor& input = graph.tensors[op.inputs[0]];
  const std::int64_t width = input.shape.empty() ? 1 : input.shape.back();
  const std::int64_t steps =
      NumElements(input.shape).value_or(0) / std::max<std::int64_t>(width, 1);
  layer.kind = LayerKind::kFullyConnected;
  for (const int index : op.inputs) {
    if (index == Op::kNoTensor) continue;
    const Tensor& tensor = graph.tensors[index];
    if (!tensor.is_constant() || tensor.shape.size() != 2) continue;
    const Weights weights{
        .inputs = tensor.shape[1],
        .outputs = tensor.shape[0],
        .few_outputs_multiple = options.array.output_channels};
    Layer matrix;
    SetMatrix(weights, options.array, 1, steps, matrix);
    layer.cached_bytes += matrix.cached_bytes;
    layer.num_blocks += matrix.num_blocks;
    layer.streamed_bytes += matrix.streamed_bytes;
    layer.fills += matrix.fills;
    layer.cycles += matrix.cycles;
  }
}

// Constant operands of element-wise ops are sent at every inference, whatever
// room there is: the compiled MoveNet sends 64 B for a 1x1x1x3 and 2,304 B for
// a 48x48x1 operand. Single numbers are part of the program.
std::int64_t OperandBytes(const Graph& graph, const Op& op) {
  constexpr std::int64_t kSent = 64;
  if (op.kind != OpKind::kAdd && op.kind != OpKind::kMul &&
      op.kind != OpKind::kSub && op.kind != OpKind::kPrelu) {
    return 0;
  }
  std::int64_t sum = 0;
  for (const int input : op.inputs) {
    if (input == Op::kNoTensor) continue;
    const auto bytes = graph.tensors[input].constant_bytes.value_or(0);
    if (bytes > 1) sum += Pad(bytes, kSent);
  }
  return sum;
}

// Ops that give the same bytes another shape.
bool OnlyReshapes(OpKind kind) {
  return kind == OpKind::kReshape || kind == OpKind::kSqueeze ||
         kind == OpKind::kExpandDims;
}

// What an op moves between the activation memory and the vector unit.
std::int64_t VectorBytes(const Graph& graph, const Op& op,
                         const SystolicArray& array) {
  if (OnlyReshapes(op.kind)) return 0;
  std::int64_t sum = 0;
  for (const auto* tensors : {&op.inputs, &op.outputs}) {
    for (const int tensor : *tensors) {
      if (IsActivation(graph, tensor)) {
        sum += MapOf(graph.tensors[tensor]).TileBytes(array);
      }
    }
  }
  return sum * array.tile_rows * array.tile_columns;
}

}  // namespace

Layer MakeLayer(const Graph& graph, const Op& op,
                const LayoutOptions& options) {
  const auto get = [&graph](const std::vector<int>& list, std::size_t i) {
    const bool is_there = i < list.size() && list[i] != Op::kNoTensor;
    return is_there ? &graph.tensors[list[i]] : nullptr;
  };
  const Tensor* weights = get(op.inputs, 1);
  Layer layer{.kind = KindOf(op, weights),
              .streamed_bytes = OperandBytes(graph, op)};
  for (const int input : op.inputs) {
    if (!IsActivation(graph, input)) continue;
    layer.input_tile_bytes =
        std::max(layer.input_tile_bytes,
                 MapOf(graph.tensors[input]).TileBytes(options.array));
  }
  const Tensor* output = get(op.outputs, 0);
  if (!output) return layer;
  const Map map = MapOf(*output);
  layer.output_tile_bytes = map.TileBytes(options.array);
  layer.is_uneven =
      layer.kind != LayerKind::kSoftmax && map.IsUneven(options.array);
  if (IsRecurrent(op) && get(op.inputs, 0)) {
    SetRecurrent(graph, op, options, layer);
  } else if (weights) {
    const Tensor* strided =
        op.kind == OpKind::kTransposeConv ? get(op.inputs, 2) : output;
    if (strided) SetParameters(*weights, MapOf(*strided), options, layer);
  }
  if (layer.kind == LayerKind::kSoftmax && options.softmax_table_bytes > 0) {
    layer.cached_bytes = layer.streamed_bytes = options.softmax_table_bytes;
    layer.num_blocks = kTableBlocks;
  }
  if (layer.kind == LayerKind::kOther) {
    layer.vector_bytes = VectorBytes(graph, op, options.array);
  } else {
    layer.is_int8 = weights && weights->type == DataType::kInt8;
  }
  if (options.activation_tile_bytes > 0) {
    layer.extra_bands =
        std::max<std::int64_t>(
            1, CeilDivide(layer.input_tile_bytes + layer.output_tile_bytes,
                          options.activation_tile_bytes)) -
        1;
  }
  return layer;
}

}  // namespace coralline
