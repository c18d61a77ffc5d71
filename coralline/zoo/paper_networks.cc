#include "coralline/zoo/paper_networks.h"

#include <algorithm>
#include <utility>

#include "coralline/tflite/writer.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

constexpr int kWidth = 19;  // no other size

Model Widened(Model model, int width) {
  for (Tensor& tensor : model.graph.tensors) {
    std::replace(tensor.shape.begin(), tensor.shape.end(), kWidth, width);
    auto& scale = tensor.quantization.scale;
    if (scale.size() == kWidth) scale.assign(width, scale[0]);
    auto& zero_point = tensor.quantization.zero_point;
    if (zero_point.size() == kWidth) zero_point.assign(width, zero_point[0]);
    if (tensor.is_constant()) tensor.constant_bytes = NumBytes(tensor);
  }
  return model;
}

}  // namespace

std::vector<int> PaperSweep::widths() const {
  std::vector<int> all;
  for (int width = first; width <= last; width += step) all.push_back(width);
  return all;
}

Model GeneratePaperModel(const std::string& kind, int width) {
  return kind == "fc" ? GenerateFullyConnected({.width = width})
                      : GenerateConv({.width = width});
}

PaperNetworks::PaperNetworks(const std::string& kind)
    : small_(GeneratePaperModel(kind, kWidth)) {}

Model PaperNetworks::OfWidth(int width) const { return Widened(small_, width); }

std::vector<Model> PaperNetworks::PartsOfWidth(
    int width, std::span<const Segment> segments) const {
  std::vector<Model> parts = SplitModel(small_, segments);
  for (Model& part : parts) part = Widened(std::move(part), width);
  return parts;
}

}  // namespace coralline
