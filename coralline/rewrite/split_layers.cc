#include "coralline/rewrite/split_layers.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/rewrite/conv_scales.h"
#include "coralline/rewrite/internal/sliced_constant.h"
#include "coralline/tflite/fused_activation.h"
#include "coralline/tflite/model_builder.h"

namespace coralline {
namespace {

// Of an op that takes int8 tensors, the first version that does.
constexpr int kInt8ConcatenationVersion = 2;
constexpr int kInt8StridedSliceVersion = 2;
constexpr int kInt8ConvVersion = 3;

int VersionOf(const Tensor& tensor, int int8_version) {
  return tensor.type == DataType::kInt8 ? int8_version : 1;
}

// A copy of a model in which some ops are replaced.
class LayerSplitter {
 public:
  LayerSplitter(const Model& model, const std::map<int, LayerSplit>& splits)
      : model_(model),
        graph_(model.graph),
        splits_(splits),
        builder_(model.bytes.size() + model.bytes.size() / 64 + (1 << 16)) {
    for (const Tensor& tensor : graph_.tensors) names_.insert(tensor.name);
  }

  Model Run() {
    CopyTensors();
    for (int op = 0; op < graph_.num_ops(); ++op) {
      const auto split = splits_.find(op);
      if (split == splits_.end()) {
        builder_.AddOpLike(Moved(graph_.ops[op]), model_, op);
      } else {
        AddParts(op, split->second);
      }
    }
    builder_.SetInputs(Moved(graph_.inputs));
    builder_.SetOutputs(Moved(graph_.outputs));
    return builder_.Build(model_.name);
  }

 private:
  // Of the layer's channels, or of a depthwise convolution's input channels.
  struct Part {
    int op = 0;
    int begin = 0;
    int end = 0;
    std::string name;  // of the result
  };

  // All but the parameters that only whole layers use.
  void CopyTensors() {
    std::vector<bool> is_left_out(graph_.tensors.size(), false);
    for (const auto& [op, split] : splits_) {
      const auto& inputs = graph_.ops[op].inputs;
      is_left_out[inputs[1]] = true;
      if (HasBias(op)) is_left_out[inputs[2]] = true;
    }
    for (const int output : graph_.outputs) is_left_out[output] = false;
    for (int op = 0; op < graph_.num_ops(); ++op) {
      if (splits_.count(op) > 0) continue;
      for (const int input : graph_.ops[op].inputs) {
        if (input != Op::kNoTensor) is_left_out[input] = false;
      }
    }
    new_index_.assign(graph_.tensors.size(), Op::kNoTensor);
    for (std::size_t i = 0; i < is_left_out.size(); ++i) {
      if (is_left_out[i]) continue;
      new_index_[i] = builder_.AddCopy(model_, static_cast<int>(i));
    }
  }

  std::vector<int> Moved(const std::vector<int>& tensors) const {
    std::vector<int> moved;
    for (const int tensor : tensors) {
      moved.push_back(tensor == Op::kNoTensor ? tensor : new_index_[tensor]);
    }
    return moved;
  }
  Op Moved(Op op) const {
    op.inputs = Moved(op.inputs);
    op.outputs = Moved(op.outputs);
    op.intermediates = Moved(op.intermediates);
    return op;
  }

  bool HasBias(int op) const {
    const auto& inputs = graph_.ops[op].inputs;
    return inputs.size() > 2 && inputs[2] != Op::kNoTensor;
  }
  const Tensor& InputOf(int op) const {
    return graph_.tensors[graph_.ops[op].inputs[0]];
  }
  const Tensor& OutputOf(int op) const {
    return graph_.tensors[graph_.ops[op].outputs[0]];
  }

  // A name that no tensor has yet.
  std::string NewName(std::string name) {
    while (!names_.insert(name).second) name += '_';
    return name;
  }

  int AddIndices(const std::string& name, const std::vector<int>& values) {
    return builder_.AddConstant({.name = NewName(name),
                                 .type = DataType::kInt32,
                                 .shape = {static_cast<int>(values.size())}},
                                std::as_bytes(std::span(values)));
  }

  void AddParts(int op, const LayerSplit& split) {
    const Tensor& output = OutputOf(op);
    const auto bounds =
        PartBounds(NumSplittable(graph_, graph_.ops[op]), split.parts);
    const int input = split.as_convolution
                          ? AddMap(op)
                          : new_index_[graph_.ops[op].inputs[0]];
    std::vector<int> results;
    for (int i = 0; i < split.parts; ++i) {
      const Part part{
          .op = op,
          .begin = bounds[i],
          .end = bounds[i + 1],
          .name = NewName(fmt::format("{}/part_{}", output.name, i))};
      results.push_back(split.as_convolution ? AddConvolution(part, input)
                        : graph_.ops[op].kind == OpKind::kDepthwiseConv2d
                            ? AddDepthwise(part, input)
                            : AddPart(part, input, 0));
    }
    const int joined = new_index_[graph_.ops[op].outputs[0]];
    if (!split.as_convolution) {
      Join(results, joined, output);
      return;
    }
    Tensor map = output;
    map.name = NewName(output.name + "/map");
    map.shape = {1, 1, 1, output.shape.back()};
    map.shape_signature.clear();
    const int joined_map = builder_.AddActivation(map);
    Join(results, joined_map, map);
    Reshape(joined_map, joined, output.shape, output.name + "/shape");
  }

  void Join(const std::vector<int>& parts, int result, const Tensor& tensor) {
    builder_.AddOp({.kind = OpKind::kConcatenation,
                    .version = VersionOf(tensor, kInt8ConcatenationVersion),
                    .inputs = parts,
                    .outputs = {result}},
                   ConcatenationOptions{
                       .axis = static_cast<int>(tensor.shape.size()) - 1});
  }

  void Reshape(int from, int to, const std::vector<int>& shape,
               const std::string& name) {
    builder_.AddOp({.kind = OpKind::kReshape,
                    .inputs = {from, AddIndices(name, shape)},
                    .outputs = {to}});
  }

  LayerScales ConvScalesOf(int op) const {
    const Tensor& weights = graph_.tensors[graph_.ops[op].inputs[1]];
    const LayerScales layer{.input = InputOf(op).quantization.scale[0],
                            .weights = weights.quantization.scale[0],
                            .output = OutputOf(op).quantization.scale[0]};
    // The uint8 convolution computes its factor as the fully connected one.
    if (weights.type == DataType::kUint8) return layer;
    return ExactConvScales(layer).value();
  }

  // The input vector as a map of one pixel. Its scale may differ in the last
  // places (ExactConvScales); a RESHAPE copies bytes.
  int AddMap(int op) {
    Tensor map = InputOf(op);
    const std::string name = OutputOf(op).name;
    map.name = NewName(name + "/input");
    map.shape = {1, 1, 1, static_cast<int>(NumElements(map.shape).value())};
    map.shape_signature.clear();
    map.quantization.scale[0] = ConvScalesOf(op).input;
    const int tensor = builder_.AddActivation(map);
    Reshape(new_index_[graph_.ops[op].inputs[0]], tensor, map.shape,
            name + "/input_shape");
    return tensor;
  }

  // Under the names of the part and of the whole.
  int AddConstant(const Part& part, Tensor tensor,
                  std::span<const std::byte> data) {
    tensor.name = NewName(fmt::format("{}/{}", part.name, tensor.name));
    return builder_.AddConstant(tensor, data);
  }

  // The bias as further input of an op; nothing without one.
  void AddBias(const Part& part, Op& op) {
    if (!HasBias(part.op)) return;
    const int bias = graph_.ops[part.op].inputs[2];
    const internal::SlicedConstant slice(model_, bias, 0, part.begin, part.end);
    op.inputs.push_back(AddConstant(part, slice.tensor(), slice.data()));
  }

  // Zeros: TFLite runs no int8 convolution without a bias.
  int AddNoBias(const Part& part, float weight_scale) {
    const float scale = ConvScalesOf(part.op).input * weight_scale;
    const std::vector<std::int32_t> zeros(part.end - part.begin);
    return AddConstant(part,
                       {.name = "bias",
                        .type = DataType::kInt32,
                        .shape = {part.end - part.begin},
                        .quantization = {.scale = {scale}, .zero_point = {0}}},
                       std::as_bytes(std::span(zeros)));
  }

  int AddResult(const Part& part, int channels) {
    Tensor result = OutputOf(part.op);
    result.name = part.name;
    result.shape.back() = channels;
    if (!result.shape_signature.empty()) {
      result.shape_signature.back() = channels;
    }
    return builder_.AddActivation(result);
  }

  // The op with a slice of its parameters along `axis` of the weights.
  int AddPart(const Part& part, int input, int axis) {
    const Op& whole = graph_.ops[part.op];
    const internal::SlicedConstant weights(model_, whole.inputs[1], axis,
                                           part.begin, part.end);
    Op op = whole;
    op.inputs = {input, AddConstant(part, weights.tensor(), weights.data())};
    AddBias(part, op);
    op.outputs = {AddResult(part, part.end - part.begin)};
    builder_.AddOpLike(op, model_, part.op);
    return op.outputs[0];
  }

  // Its own input channels, and the outputs that are made of them.
  int AddDepthwise(Part part, int from) {
    const Tensor& input = InputOf(part.op);
    Tensor slice = input;
    slice.name = NewName(part.name + "/input");
    slice.shape[3] = part.end - part.begin;
    if (!slice.shape_signature.empty())
      slice.shape_signature[3] = slice.shape[3];
    const int tensor = builder_.AddActivation(slice);
    constexpr int kAllButTheLast = 0b0111;
    builder_.AddOp(
        {.kind = OpKind::kStridedSlice,
         .version = VersionOf(input, kInt8StridedSliceVersion),
         .inputs = {from,
                    AddIndices(part.name + "/begin", {0, 0, 0, part.begin}),
                    AddIndices(part.name + "/end", {0, 0, 0, part.end}),
                    AddIndices(part.name + "/strides", {1, 1, 1, 1})},
         .outputs = {tensor}},
        StridedSliceOptions{.begin_mask = kAllButTheLast,
                            .end_mask = kAllButTheLast});
    const int multiplier = OutputOf(part.op).shape[3] / input.shape[3];
    part.begin *= multiplier;
    part.end *= multiplier;
    return AddPart(part, tensor, 3);
  }

  int AddConvolution(const Part& part, int input) {
    const Op& whole = graph_.ops[part.op];
    const internal::SlicedConstant slice(model_, whole.inputs[1], 0, part.begin,
                                         part.end);
    Tensor weights = slice.tensor();
    weights.shape = {weights.shape[0], 1, 1, weights.shape[1]};
    weights.quantization.scale[0] = ConvScalesOf(part.op).weights;
    Op op{.kind = OpKind::kConv2d,
          .version = VersionOf(weights, kInt8ConvVersion),
          .inputs = {input, AddConstant(part, weights, slice.data())}};
    if (HasBias(part.op)) {
      AddBias(part, op);
    } else {
      op.inputs.push_back(AddNoBias(part, weights.quantization.scale[0]));
    }
    Tensor result = OutputOf(part.op);
    result.name = part.name;
    result.shape = {1, 1, 1, part.end - part.begin};
    result.shape_signature.clear();
    op.outputs = {builder_.AddActivation(result)};
    builder_.AddOp(
        op, Conv2dOptions{.padding = Padding::kValid,
                          .activation = FusedActivation(model_, part.op)});
    return op.outputs[0];
  }

  const Model& model_;
  const Graph& graph_;
  const std::map<int, LayerSplit>& splits_;
  ModelBuilder builder_;
  std::set<std::string> names_;
  std::vector<int> new_index_;  // of each tensor
};

int LayerAt(const Model& model, const LayerSplit& split) {
  const auto tensor = FindTensor(model.graph, split.tensor);
  const int op = tensor ? Producers(model.graph)[*tensor] : -1;
  if (op >= 0) return op;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: cannot split layer '{}': no op produces such a "
                          "tensor; 'coralline inspect' lists them",
                          model.name, split.tensor));
}

void CheckSplit(const Model& model, int index, const LayerSplit& split) {
  const Op& op = model.graph.ops[index];
  const std::string place =
      fmt::format("{}: cannot split op {} ({}), '{}'", model.name, index,
                  OpName(op), split.tensor);
  std::string why_not = WhyNotSplit(model.graph, op);
  if (why_not.empty() && split.as_convolution) {
    why_not = WhyNotConvolution(model.graph, op);
  }
  if (!why_not.empty()) {
    throw Error(
        ErrorKind::kModel,
        fmt::format("{}{}: {}", place,
                    split.as_convolution ? " into convolutions" : "", why_not));
  }
  const int channels = NumSplittable(model.graph, op);
  if (split.parts >= 2 && split.parts <= channels) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: found {} parts, expected 2 to {}, the number of "
                          "its channels",
                          place, split.parts, channels));
}

}  // namespace

Model SplitLayers(const Model& model, std::span<const LayerSplit> splits) {
  if (splits.empty()) return model;
  std::map<int, LayerSplit> by_op;
  for (const LayerSplit& split : splits) {
    const int op = LayerAt(model, split);
    CheckSplit(model, op, split);
    if (by_op.try_emplace(op, split).second) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: layer '{}' is to be split twice", model.name,
                            split.tensor));
  }
  return LayerSplitter(model, by_op).Run();
}

}  // namespace coralline
