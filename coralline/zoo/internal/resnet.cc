// ResNet: He et al., "Deep Residual Learning for Image Recognition", 2015, and
// "Identity Mappings in Deep Residual Networks", 2016 (v2), with the strides
// and biases of keras.applications, whose counts are the published ones.

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/keras.h"

namespace coralline::internal {
namespace {

struct Depths {
  int blocks[4];
};

constexpr Depths k50 = {{3, 4, 6, 3}};
constexpr Depths k101 = {{3, 4, 23, 3}};
constexpr Depths k152 = {{3, 8, 36, 3}};

constexpr Activation kLinear = Activation::kNone;

Value Bottleneck(Net& net, const Value& input, int filters, int stride,
                 bool projects) {
  constexpr Norm kNorm = Norm::kBatchWithBias;
  const Value shortcut = projects ? net.AddConv(input, {.filters = 4 * filters,
                                                        .stride = stride,
                                                        .activation = kLinear,
                                                        .norm = kNorm})
                                  : input;
  Value x =
      net.AddConv(input, {.filters = filters, .stride = stride, .norm = kNorm});
  x = net.AddConv(x, {.filters = filters, .kernel = 3, .norm = kNorm});
  x = net.AddConv(
      x, {.filters = 4 * filters, .activation = kLinear, .norm = kNorm});
  return net.AddSum(shortcut, x, Activation::kRelu);
}

template <const Depths& depths>
void BuildV1(Net& net, const NetworkOptions& options) {
  Value x =
      AddKerasStem(net, options.size, Activation::kRelu, Norm::kBatchWithBias);
  for (int stack = 0; stack < 4; ++stack) {
    for (int block = 0; block < depths.blocks[stack]; ++block) {
      net.SetScope("conv" + std::to_string(stack + 2) + "_block" +
                   std::to_string(block + 1));
      const bool is_first = block == 0;
      x = Bottleneck(net, x, 64 << stack, is_first && stack > 0 ? 2 : 1,
                     is_first);
    }
  }
  AddKerasClassifier(net, x, options.classes);
}

// Normalizes in front of its convolutions, so two of four batch
// normalizations are ops of their own.
Value PreActivated(Net& net, const Value& input, int filters, int stride,
                   bool projects) {
  const Value active = net.AddScaleAndShift(input);
  Value shortcut = input;
  if (projects) {
    shortcut = net.AddConv(active, {.filters = 4 * filters,
                                    .stride = stride,
                                    .activation = kLinear,
                                    .norm = Norm::kBias});
  } else if (stride > 1) {
    shortcut = net.AddMaxPool(input, {.kernel = 1, .stride = stride});
  }
  Value x = net.AddConv(active, {.filters = filters});
  x = net.AddPad(x, 1, 1, 1, 1);
  x = net.AddConv(x, {.filters = filters,
                      .kernel = 3,
                      .stride = stride,
                      .padding = Padding::kValid});
  x = net.AddConv(
      x, {.filters = 4 * filters, .activation = kLinear, .norm = Norm::kBias});
  return net.AddSum(shortcut, x);
}

template <const Depths& depths>
void BuildV2(Net& net, const NetworkOptions& options) {
  Value x = AddKerasStem(net, options.size, kLinear, Norm::kBias);
  for (int stack = 0; stack < 4; ++stack) {
    for (int block = 0; block < depths.blocks[stack]; ++block) {
      net.SetScope("conv" + std::to_string(stack + 2) + "_block" +
                   std::to_string(block + 1));
      const bool is_last = block + 1 == depths.blocks[stack];
      x = PreActivated(net, x, 64 << stack, is_last && stack < 3 ? 2 : 1,
                       block == 0);
    }
  }
  net.SetScope("post");
  AddKerasClassifier(net, net.AddScaleAndShift(x), options.classes);
}

}  // namespace

Family ResNets() {
  return {
      {{.name = "resnet50", .title = "ResNet-50"}, BuildV1<k50>},
      {{.name = "resnet101", .title = "ResNet-101"}, BuildV1<k101>},
      {{.name = "resnet152", .title = "ResNet-152"}, BuildV1<k152>},
      {{.name = "resnet50_v2", .title = "ResNet-50 v2"}, BuildV2<k50>},
      {{.name = "resnet101_v2", .title = "ResNet-101 v2"}, BuildV2<k101>},
      {{.name = "resnet152_v2", .title = "ResNet-152 v2"}, BuildV2<k152>},
  };
}

}  // namespace coralline::internal
