// SSD: Liu et al., "SSD: Single Shot MultiBox Detector", 2016, on MobileNet v2,
// with the layers and anchors of the Object Detection API's
// ssd_mobilenet_v2_coco.

#include <array>
#include <cmath>
#include <string>

#include "coralline/zoo/internal/detection.h"
#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/mobilenet.h"

namespace coralline::internal {
namespace {

constexpr int kMaps = 6;
constexpr Activation kRelu6 = Activation::kRelu6;

// Sides of a square map's anchors, in shares of the image's.
float ScaleOf(int map) {
  constexpr float kSmallest = 0.2F;
  constexpr float kLargest = 0.95F;
  if (map == kMaps) return 1;
  return kSmallest + (kLargest - kSmallest) * static_cast<float>(map) /
                         static_cast<float>(kMaps - 1);
}

Anchor Shaped(float scale, float ratio) {
  return {.h = scale / std::sqrt(ratio), .w = scale * std::sqrt(ratio)};
}

std::vector<Anchor> ShapesOf(int map) {
  const float scale = ScaleOf(map);
  if (map == 0) return {Shaped(0.1F, 1), Shaped(scale, 2), Shaped(scale, 0.5F)};
  std::vector<Anchor> shapes;
  for (const float ratio : {1.0F, 2.0F, 0.5F, 3.0F, 1.0F / 3}) {
    shapes.push_back(Shaped(scale, ratio));
  }
  shapes.push_back(Shaped(std::sqrt(scale * ScaleOf(map + 1)), 1));
  return shapes;
}

std::array<Value, kMaps> AddMaps(Net& net, const NetworkOptions& options) {
  const MobileNetV2Maps backbone = AddMobileNetV2(net, options);
  std::array<Value, kMaps> maps = {backbone.expanded, backbone.last};
  int number = 2;
  for (const int filters : {512, 256, 256, 128}) {
    net.SetScope("extra" + std::to_string(number));
    const Value narrow = net.AddConv(
        maps[number - 1], {.filters = filters / 2, .activation = kRelu6});
    maps[number++] = net.AddConv(
        narrow,
        {.filters = filters, .kernel = 3, .stride = 2, .activation = kRelu6});
  }
  return maps;
}

void Build(Net& net, const NetworkOptions& options) {
  const int numbers = options.classes + 1;
  const auto maps = AddMaps(net, options);
  std::vector<Value> boxes;
  std::vector<Value> classes;
  std::vector<Anchor> anchors;
  for (int i = 0; i < kMaps; ++i) {
    net.SetScope("predict" + std::to_string(i));
    const auto shapes = ShapesOf(i);
    const auto predict = [&](int count) {
      const Conv conv = {.filters = static_cast<int>(shapes.size()) * count,
                         .activation = Activation::kNone,
                         .norm = Norm::kBias};
      return AddPredictions(net, net.AddConv(maps[i], conv), count);
    };
    boxes.push_back(predict(4));
    classes.push_back(predict(numbers));
    AppendAnchors(net.MapOf(maps[i]), shapes, anchors);
  }
  net.SetScope("predict");
  const Value all_boxes = net.AddConcat(boxes, 1);
  AddDetections(net, all_boxes, net.AddConcat(classes, 1), anchors,
                {.centre = 0.1F, .size = 0.2F, .has_background = true});
}

}  // namespace

Family SsdMobileNets() {
  return {
      {{.name = "ssd_mobilenet_v2",
        .title = "SSD MobileNet v2",
        .size = 300,
        .classes = 90},
       Build},
  };
}

}  // namespace coralline::internal
