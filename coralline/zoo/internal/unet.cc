// U-Net: Ronneberger et al., "U-Net: Convolutional Networks for Biomedical
// Image Segmentation", 2015, with maps padded instead of cropped and one
// probability a class and pixel.

#include <vector>

#include "coralline/zoo/internal/families.h"

namespace coralline::internal {
namespace {

constexpr int kLevels = 4;

Value TwoConvs(Net& net, const Value& input, int filters) {
  const Conv conv = {.filters = filters, .kernel = 3, .norm = Norm::kBias};
  return net.AddConv(net.AddConv(input, conv), conv);
}

int FiltersAt(int level) { return 64 << level; }

void Build(Net& net, const NetworkOptions& options) {
  Value x = net.Input(options.size, 1);  // gray
  std::vector<Value> skips;
  for (int level = 0; level < kLevels; ++level) {
    net.SetScope("down" + std::to_string(level));
    skips.push_back(TwoConvs(net, x, FiltersAt(level)));
    x = net.AddMaxPool(skips.back(),
                       {.kernel = 2, .stride = 2, .padding = Padding::kValid});
  }
  net.SetScope("bottom");
  x = TwoConvs(net, x, FiltersAt(kLevels));
  for (int level = kLevels - 1; level >= 0; --level) {
    net.SetScope("up" + std::to_string(level));
    x = net.AddTransposeConv(x, {.filters = FiltersAt(level),
                                 .kernel = 2,
                                 .stride = 2,
                                 .activation = Activation::kNone,
                                 .norm = Norm::kBias});
    x = TwoConvs(net, net.AddConcat({skips[level], x}), FiltersAt(level));
  }
  net.SetScope("head");
  x = net.AddConv(x, {.filters = options.classes,
                      .activation = Activation::kNone,
                      .norm = Norm::kBias});
  net.SetOutputs({net.AddLogistic(x)});
}

}  // namespace

Family UNets() {
  return {
      {{.name = "unet", .title = "U-Net", .size = 256, .classes = 1}, Build},
  };
}

}  // namespace coralline::internal
