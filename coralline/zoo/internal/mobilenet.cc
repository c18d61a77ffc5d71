// MobileNet: Howard et al., "MobileNets", 2017, and Sandler et al.,
// "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, with the
// widths of TF-Slim, which the published quantized models are from. Counts are
// equal to those of keras.applications.

#include <algorithm>
#include <string>

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/slim.h"

namespace coralline::internal {
namespace {

constexpr int kLeastChannels = 8;
constexpr Activation kRelu6 = Activation::kRelu6;

int ScaledV1(int channels, double width) {
  return std::max(static_cast<int>(channels * width), kLeastChannels);
}

void BuildV1(Net& net, const NetworkOptions& options) {
  struct Block {
    int filters;
    int stride;
  };
  constexpr Block kBlocks[] = {
      {64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
      {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  net.SetScope("stem");
  Value x = net.AddConv(net.Input(options.size),
                        {.filters = ScaledV1(32, options.width),
                         .kernel = 3,
                         .stride = 2,
                         .activation = kRelu6});
  int number = 0;
  for (const auto& [filters, stride] : kBlocks) {
    net.SetScope("block" + std::to_string(++number));
    x = net.AddDepthwise(x, {.stride = stride, .activation = kRelu6});
    x = net.AddConv(
        x, {.filters = ScaledV1(filters, options.width), .activation = kRelu6});
  }
  AddSlimClassifier(net, x, options.classes);
}

// The nearest multiple of eight that takes away a tenth at most.
int ScaledV2(int channels, double width) {
  constexpr int kStep = 8;
  const double wanted = channels * width;
  const int nearest =
      std::max(kStep, static_cast<int>(wanted + kStep / 2) / kStep * kStep);
  return nearest < 0.9 * wanted ? nearest + kStep : nearest;
}

// Wide inside, and narrow between the blocks.
Value InvertedResidual(Net& net, const Value& input, int expansion, int filters,
                       int stride) {
  const int channels = net.ChannelsOf(input);
  Value x = input;
  if (expansion > 1) {
    x = net.AddConv(x, {.filters = expansion * channels, .activation = kRelu6});
  }
  x = net.AddDepthwise(x, {.stride = stride, .activation = kRelu6});
  x = net.AddConv(x, {.filters = filters, .activation = Activation::kNone});
  return stride == 1 && filters == channels ? net.AddSum(x, input) : x;
}

void BuildV2(Net& net, const NetworkOptions& options) {
  struct Stack {
    int expansion;
    int filters;
    int blocks;
    int stride;
  };
  constexpr Stack kStacks[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2},
                               {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
                               {6, 320, 1, 1}};
  const double width = options.width;
  net.SetScope("stem");
  Value x =
      net.AddConv(net.Input(options.size), {.filters = ScaledV2(32, width),
                                            .kernel = 3,
                                            .stride = 2,
                                            .activation = kRelu6});
  int number = 0;
  for (const Stack& stack : kStacks) {
    for (int i = 0; i < stack.blocks; ++i) {
      net.SetScope("block" + std::to_string(number++));
      x = InvertedResidual(net, x, stack.expansion,
                           ScaledV2(stack.filters, width),
                           i == 0 ? stack.stride : 1);
    }
  }
  net.SetScope("last");  // as wide in narrow networks
  x = net.AddConv(x, {.filters = ScaledV2(1280, std::max(width, 1.0)),
                      .activation = kRelu6});
  AddSlimClassifier(net, x, options.classes);
}

}  // namespace

Family MobileNets() {
  return {
      {{.name = "mobilenet_v1",
        .title = "MobileNet v1",
        .classes = 1001,
        .has_width = true},
       BuildV1},
      {{.name = "mobilenet_v2",
        .title = "MobileNet v2",
        .classes = 1001,
        .has_width = true},
       BuildV2},
  };
}

}  // namespace coralline::internal
