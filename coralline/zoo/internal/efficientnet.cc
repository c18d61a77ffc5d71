// EfficientNet-Lite: the EfficientNets of Tan and Le, "EfficientNet: Rethinking
// Model Scaling for Convolutional Neural Networks", 2019, for integer hardware:
// ReLU6, no squeeze-and-excitation, stem and head of one width, first and last
// stage of one depth. As in TensorFlow's tpu/models/official/efficientnet/lite.

#include <algorithm>
#include <cmath>

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/keras.h"

namespace coralline::internal {
namespace {

struct Scaling {
  double width = 1;
  double depth = 1;
};

constexpr Scaling kLite0 = {1.0, 1.0};
constexpr Scaling kLite1 = {1.0, 1.1};
constexpr Scaling kLite2 = {1.1, 1.2};
constexpr Scaling kLite3 = {1.2, 1.4};
constexpr Scaling kLite4 = {1.4, 1.8};

// Inverted bottlenecks of one width; the first has the stride.
struct Stage {
  int depth;
  int kernel;
  int stride;
  int expansion;
  int filters;
};

constexpr Stage kStages[] = {
    {1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
    {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};
constexpr int kLast = std::size(kStages) - 1;

constexpr Activation kRelu6 = Activation::kRelu6;
constexpr Norm kNorm = Norm::kBatchTrained;

// To the nearest multiple of eight that keeps nine tenths.
int ScaledWidth(int filters, double width) {
  const double wanted = filters * width;
  const int rounded = std::max(8, static_cast<int>(wanted + 4) / 8 * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

Value Bottleneck(Net& net, const Value& input, const Stage& stage, int stride,
                 int filters) {
  const int channels = net.ChannelsOf(input);
  Value x = input;
  if (stage.expansion > 1) {
    x = net.AddConv(x, {.filters = stage.expansion * channels,
                        .activation = kRelu6,
                        .norm = kNorm});
  }
  x = net.AddDepthwise(x, {.kernel = stage.kernel,
                           .stride = stride,
                           .activation = kRelu6,
                           .norm = kNorm});
  x = net.AddConv(
      x, {.filters = filters, .activation = Activation::kNone, .norm = kNorm});
  const bool is_residual = stride == 1 && channels == filters;
  return is_residual ? net.AddSum(x, input) : x;
}

template <const Scaling& scaling>
void Build(Net& net, const NetworkOptions& options) {
  net.SetScope("stem");
  Value x = net.AddConv(net.Input(options.size), {.filters = 32,
                                                  .kernel = 3,
                                                  .stride = 2,
                                                  .activation = kRelu6,
                                                  .norm = kNorm});
  for (int i = 0; i <= kLast; ++i) {
    const Stage& stage = kStages[i];
    const bool is_scaled = i > 0 && i < kLast;
    const int depth =
        is_scaled ? static_cast<int>(std::ceil(scaling.depth * stage.depth))
                  : stage.depth;
    const int filters = ScaledWidth(stage.filters, scaling.width);
    for (int block = 0; block < depth; ++block) {
      net.SetScope("stage" + std::to_string(i + 1) + "_block" +
                   std::to_string(block + 1));
      x = Bottleneck(net, x, stage, block == 0 ? stage.stride : 1, filters);
    }
  }
  net.SetScope("head");
  x = net.AddConv(x, {.filters = 1280, .activation = kRelu6, .norm = kNorm});
  AddKerasClassifier(net, x, options.classes);
}

}  // namespace

Family EfficientNetLites() {
  return {
      {{.name = "efficientnet_lite0", .title = "EfficientNet-Lite0"},
       Build<kLite0>},
      {{.name = "efficientnet_lite1",
        .title = "EfficientNet-Lite1",
        .size = 240},
       Build<kLite1>},
      {{.name = "efficientnet_lite2",
        .title = "EfficientNet-Lite2",
        .size = 260},
       Build<kLite2>},
      {{.name = "efficientnet_lite3",
        .title = "EfficientNet-Lite3",
        .size = 280},
       Build<kLite3>},
      {{.name = "efficientnet_lite4",
        .title = "EfficientNet-Lite4",
        .size = 300},
       Build<kLite4>},
  };
}

}  // namespace coralline::internal
