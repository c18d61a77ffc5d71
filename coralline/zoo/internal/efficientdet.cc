// EfficientDet: Tan et al., "EfficientDet: Scalable and Efficient Object
// Detection", 2020, in the form of EfficientDet-Lite0: sums instead of weighted
// ones, ReLU6, and no squeeze and excitation in the EfficientNet-Lite0 below.

#include <array>
#include <cmath>
#include <string>

#include "coralline/zoo/internal/detection.h"
#include "coralline/zoo/internal/efficientnet.h"
#include "coralline/zoo/internal/families.h"

namespace coralline::internal {
namespace {

constexpr int kLevels = 5;  // of a pyramid: maps of 1/8 to 1/128 of the size
constexpr int kCells = 3;
constexpr int kFilters = 64;
constexpr int kRepeats = 3;  // layers of a head
// Counted as what is trained: a bias, and a scale and a shift behind it.
constexpr Norm kNorm = Norm::kBatchNoScale;
constexpr Activation kLinear = Activation::kNone;
constexpr Activation kRelu6 = Activation::kRelu6;

using Pyramid = std::array<Value, kLevels>;

// As many channels as all maps of the pyramid have.
Value Narrowed(Net& net, const Value& map) {
  if (net.ChannelsOf(map) == kFilters) return map;
  return net.AddConv(
      map, {.filters = kFilters, .activation = kLinear, .norm = kNorm});
}

Value Halved(Net& net, const Value& map) {
  return net.AddMaxPool(map, {.kernel = 3, .stride = 2});
}

struct Separable {
  int filters = kFilters;
  Activation activation = kLinear;
  Norm norm = kNorm;
  std::string shared = {};
};

Value AddSeparable(Net& net, const Value& input, const Separable& layer) {
  const bool is_shared = !layer.shared.empty();
  const Value x = net.AddDepthwise(
      input, {.activation = kLinear,
              .norm = Norm::kNothing,
              .shared = is_shared ? layer.shared + "/depthwise" : ""});
  return net.AddConv(x,
                     {.filters = layer.filters,
                      .activation = layer.activation,
                      .norm = layer.norm,
                      .shared = is_shared ? layer.shared + "/pointwise" : ""});
}

// Sums up maps of one size.
Value Fuse(Net& net, const std::vector<Value>& maps) {
  Value sum = maps[0];
  for (std::size_t i = 1; i < maps.size(); ++i) {
    const bool is_last = i + 1 == maps.size();
    sum = net.AddSum(sum, maps[i], is_last ? kRelu6 : kLinear);
  }
  return AddSeparable(net, sum, {});
}

// From coarse to fine, and back: each map takes in both neighbours.
Pyramid AddCell(Net& net, const Pyramid& inputs) {
  Pyramid down = inputs;
  for (int level = kLevels - 2; level >= 0; --level) {
    const Value finer = Narrowed(net, inputs[level]);
    const Value coarser =
        net.AddResizeNearest(down[level + 1], net.MapOf(inputs[level]));
    down[level] = Fuse(net, {finer, coarser});
  }
  Pyramid up = down;
  for (int level = 1; level < kLevels; ++level) {
    const Value own = Narrowed(net, inputs[level]);
    const Value finer = Halved(net, up[level - 1]);
    const bool is_last = level + 1 == kLevels;
    up[level] = is_last ? Fuse(net, {own, finer})
                        : Fuse(net, {own, down[level], finer});
  }
  return up;
}

Pyramid AddPyramid(Net& net, const NetworkOptions& options) {
  const auto maps = AddEfficientNetLite0(net, options.size);
  net.SetScope("pyramid");
  const Value p6 = Halved(net, Narrowed(net, maps[6]));
  Pyramid pyramid = {maps[2], maps[4], maps[6], p6, Halved(net, p6)};
  for (int cell = 0; cell < kCells; ++cell) {
    net.SetScope("cell" + std::to_string(cell));
    pyramid = AddCell(net, pyramid);
  }
  return pyramid;
}

// Predictions of all levels, by the same weights; batch normalizations are each
// level's own.
Value AddHead(Net& net, const std::string& name, const Pyramid& pyramid,
              int anchors, int numbers) {
  std::vector<Value> predictions;
  for (int level = 0; level < kLevels; ++level) {
    net.SetScope(name + std::to_string(level));
    Value x = pyramid[level];
    for (int i = 0; i < kRepeats; ++i) {
      x = AddSeparable(net, x,
                       {.activation = kRelu6,
                        // The bias is counted with the first level.
                        .norm = level == 0 ? kNorm : Norm::kBatchTrained,
                        .shared = name + std::to_string(i)});
    }
    x = AddSeparable(
        net, x,
        {.filters = anchors * numbers, .norm = Norm::kBias, .shared = name});
    predictions.push_back(AddPredictions(net, x, numbers));
  }
  net.SetScope(name);
  return net.AddConcat(predictions, 1);
}

// Three sizes by three shapes.
std::vector<Anchor> ShapesOf(int level, int size) {
  constexpr float kSide = 3;  // in steps of the map
  const float step = static_cast<float>(8 << level) / static_cast<float>(size);
  std::vector<Anchor> shapes;
  for (const float octave : {0.0F, 1.0F / 3, 2.0F / 3}) {
    for (const float ratio : {1.0F, 2.0F, 0.5F}) {
      const float side = kSide * step * std::exp2(octave);
      shapes.push_back(
          {.h = side / std::sqrt(ratio), .w = side * std::sqrt(ratio)});
    }
  }
  return shapes;
}

void Build(Net& net, const NetworkOptions& options) {
  const Pyramid pyramid = AddPyramid(net, options);
  std::vector<Anchor> anchors;
  for (int level = 0; level < kLevels; ++level) {
    AppendAnchors(net.MapOf(pyramid[level]), ShapesOf(level, options.size),
                  anchors);
  }
  const auto shapes = static_cast<int>(ShapesOf(0, options.size).size());
  const Value classes = AddHead(net, "class", pyramid, shapes, options.classes);
  const Value boxes = AddHead(net, "box", pyramid, shapes, 4);
  AddDetections(net, boxes, classes, anchors, {});
}

}  // namespace

Family EfficientDets() {
  return {
      {{.name = "efficientdet_lite0",
        .title = "EfficientDet-Lite0",
        .size = 320,
        .classes = 90},
       Build},
  };
}

}  // namespace coralline::internal
