#include "coralline/zoo/internal/detection.h"

#include "coralline/base/check.h"

namespace coralline::internal {
namespace {

constexpr int kBoxNumbers = 4;

Tensor FloatTensor(Net& net, const std::string& kind, std::vector<int> shape) {
  return {.name = net.NextName(kind),
          .type = DataType::kFloat32,
          .shape = std::move(shape)};
}

// Of the last dimension: from `begin` until before `end`.
Value AddColumns(Net& net, const Value& input, int begin, int end) {
  Tensor output = net.TensorOf(input);
  output.name = net.NextName("columns");
  output.shape.back() = end - begin;
  const int rows = output.shape[1];
  const int from =
      net.AddConstant(output.name + "/begin", {3}, std::vector{0, 0, begin});
  const int to =
      net.AddConstant(output.name + "/end", {3}, std::vector{1, rows, end});
  const int strides =
      net.AddConstant(output.name + "/strides", {3}, std::vector{1, 1, 1});
  const int version = output.type == DataType::kInt8 ? 2 : 1;
  return net.AddOp(OpKind::kStridedSlice, version,
                   {input.tensor, from, to, strides}, output, input.deviation,
                   StridedSliceOptions{});
}

Value AddFloatOp(Net& net, OpKind kind, const std::string& name,
                 const std::vector<int>& inputs, const OpOptions& options) {
  const std::vector<int> shape = net.graph().tensors[inputs[0]].shape;
  return net.AddOp(kind, 1, inputs, FloatTensor(net, name, shape), 1, options);
}

Value AddProduct(Net& net, const Value& input, int factors) {
  return AddFloatOp(net, OpKind::kMul, "mul", {input.tensor, factors},
                    MulOptions{});
}

// Two numbers of each anchor.
template <typename Function>
int AddPairs(Net& net, const std::string& name,
             const std::vector<Anchor>& anchors, Function function) {
  std::vector<float> values;
  for (const Anchor& anchor : anchors) {
    for (const float value : function(anchor)) values.push_back(value);
  }
  return net.AddConstant(name, {1, static_cast<int>(anchors.size()), 2},
                         values);
}

using Pair = std::vector<float>;

Value DecodeBoxes(Net& net, const Value& boxes,
                  const std::vector<Anchor>& anchors, const BoxCoding& coding) {
  const int scales = AddPairs(net, "anchors/scales", anchors, [&](auto& a) {
    return Pair{coding.centre * a.h, coding.centre * a.w};
  });
  const int centres = AddPairs(net, "anchors/centres", anchors, [](auto& a) {
    return Pair{a.y, a.x};
  });
  const int halves = AddPairs(net, "anchors/halves", anchors, [](auto& a) {
    return Pair{a.h / 2, a.w / 2};
  });
  const Value raw = net.AddDequantize(boxes);
  const Value moved = AddProduct(net, AddColumns(net, raw, 0, 2), scales);
  const Value centre = AddFloatOp(net, OpKind::kAdd, "add",
                                  {moved.tensor, centres}, AddOptions{});
  Value grown = AddColumns(net, raw, 2, kBoxNumbers);
  if (coding.size != 1) {
    grown = AddProduct(
        net, grown,
        net.AddConstant("size_coding", {1}, std::vector<float>{coding.size}));
  }
  grown = AddFloatOp(net, OpKind::kExp, "exp", {grown.tensor}, {});
  const Value half = AddProduct(net, grown, halves);
  const std::vector<int> both = {centre.tensor, half.tensor};
  const Value low = AddFloatOp(net, OpKind::kSub, "sub", both, SubOptions{});
  const Value high = AddFloatOp(net, OpKind::kAdd, "add", both, AddOptions{});
  return net.AddOp(OpKind::kConcatenation, 1, {low.tensor, high.tensor},
                   FloatTensor(net, "boxes", net.TensorOf(boxes).shape), 1,
                   ConcatenationOptions{2});
}

// An op over the classes of each anchor.
Value AddOverClasses(Net& net, OpKind kind, Tensor output, const Value& classes,
                     const OpOptions& options) {
  const auto& shape = net.TensorOf(classes).shape;
  output.shape = {shape[0], shape[1]};
  const int axis = net.AddConstant(output.name + "/axis", {1}, std::vector{2});
  const int version = net.TensorOf(classes).type == DataType::kInt8 ? 2 : 1;
  return net.AddOp(kind, version, {classes.tensor, axis}, output,
                   classes.deviation, options);
}

}  // namespace

void AppendAnchors(const Extent& map, const std::vector<Anchor>& shapes,
                   std::vector<Anchor>& anchors) {
  for (int y = 0; y < map.h; ++y) {
    for (int x = 0; x < map.w; ++x) {
      for (Anchor anchor : shapes) {
        anchor.y = (static_cast<float>(y) + 0.5F) / static_cast<float>(map.h);
        anchor.x = (static_cast<float>(x) + 0.5F) / static_cast<float>(map.w);
        anchors.push_back(anchor);
      }
    }
  }
}

Value AddPredictions(Net& net, const Value& map, int numbers) {
  const auto [h, w] = net.MapOf(map);
  const int rows = h * w * (net.ChannelsOf(map) / numbers);
  return net.AddReshape(map, {1, rows, numbers});
}

void AddDetections(Net& net, const Value& boxes, const Value& classes,
                   const std::vector<Anchor>& anchors,
                   const BoxCoding& coding) {
  CORALLINE_CHECK(net.TensorOf(boxes).shape[1] == std::ssize(anchors));
  Value scores = net.AddLogistic(classes);
  net.SetScope("decode");
  if (coding.has_background) {
    scores = AddColumns(net, scores, 1, net.ChannelsOf(scores));
  }
  Tensor score = net.TensorOf(scores);
  score.name = net.NextName("score");
  const Value best =
      AddOverClasses(net, OpKind::kReduceMax, score, scores, ReducerOptions{});
  const Value which =
      AddOverClasses(net, OpKind::kArgMax,
                     {.name = net.NextName("class"), .type = DataType::kInt32},
                     scores, ArgMaxOptions{});
  net.SetOutputs({DecodeBoxes(net, boxes, anchors, coding), which,
                  net.AddDequantize(best)});
}

}  // namespace coralline::internal
