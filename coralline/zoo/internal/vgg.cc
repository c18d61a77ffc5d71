// VGG: Simonyan and Zisserman, "Very Deep Convolutional Networks for
// Large-Scale Image Recognition", 2014: configurations D and E, as in
// keras.applications, whose counts are the published ones.

#include "coralline/zoo/internal/families.h"

namespace coralline::internal {
namespace {

// Convolutions of a size in a row: two of the first two sizes, then `depth`.
template <int depth>
void Build(Net& net, const NetworkOptions& options) {
  constexpr int kFilters[] = {64, 128, 256, 512, 512};
  Value x = net.Input(options.size);
  for (int block = 0; block < 5; ++block) {
    net.SetScope("block" + std::to_string(block + 1));
    for (int i = 0; i < (block < 2 ? 2 : depth); ++i) {
      x = net.AddConv(
          x, {.filters = kFilters[block], .kernel = 3, .norm = Norm::kBias});
    }
    x = net.AddMaxPool(x,
                       {.kernel = 2, .stride = 2, .padding = Padding::kValid});
  }
  net.SetScope("head");
  const auto [h, w] = net.MapOf(x);
  constexpr int kUnits = 4096;
  x = net.AddReshape(x, {1, h * w * net.ChannelsOf(x)});
  x = net.AddDense(x, kUnits, Activation::kRelu);
  x = net.AddDense(x, kUnits, Activation::kRelu);
  net.SetOutputs({net.AddSoftmax(net.AddDense(x, options.classes))});
}

}  // namespace

Family Vggs() {
  return {
      {{.name = "vgg16", .title = "VGG-16"}, Build<3>},
      {{.name = "vgg19", .title = "VGG-19"}, Build<4>},
  };
}

}  // namespace coralline::internal
