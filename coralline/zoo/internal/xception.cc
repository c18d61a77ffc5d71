// Xception: Chollet, "Xception: Deep Learning with Depthwise Separable
// Convolutions", 2016, as in keras.applications, whose counts are the
// published ones.

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/keras.h"

namespace coralline::internal {
namespace {

constexpr Activation kLinear = Activation::kNone;

// Nothing is between the two halves, and the first has no bias.
Value Separable(Net& net, const Value& input, int filters,
                Activation activation) {
  const Value x =
      net.AddDepthwise(input, {.activation = kLinear, .norm = Norm::kNothing});
  return net.AddConv(x, {.filters = filters, .activation = activation});
}

Value Stem(Net& net, int size) {
  net.SetScope("block1");
  constexpr Padding kValid = Padding::kValid;
  const Value x =
      net.AddConv(net.Input(size),
                  {.filters = 32, .kernel = 3, .stride = 2, .padding = kValid});
  return net.AddConv(x, {.filters = 64, .kernel = 3, .padding = kValid});
}

// Halves the map. `active` is `input` behind a ReLU.
Value Shrink(Net& net, const Value& input, const Value& active, int inner,
             int filters) {
  const Value shortcut = net.AddConv(
      input, {.filters = filters, .stride = 2, .activation = kLinear});
  Value x = Separable(net, active, inner, Activation::kRelu);
  x = Separable(net, x, filters, kLinear);
  return net.AddSum(net.AddMaxPool(x, {.kernel = 3, .stride = 2}), shortcut);
}

Value Middle(Net& net, const Value& input) {
  constexpr int kFilters = 728;
  Value x = net.AddRelu(input);
  x = Separable(net, x, kFilters, Activation::kRelu);
  x = Separable(net, x, kFilters, Activation::kRelu);
  return net.AddSum(Separable(net, x, kFilters, kLinear), input);
}

void Build(Net& net, const NetworkOptions& options) {
  Value x = Stem(net, options.size);
  net.SetScope("block2");
  x = Shrink(net, x, x, 128, 128);
  net.SetScope("block3");
  x = Shrink(net, x, net.AddRelu(x), 256, 256);
  net.SetScope("block4");
  x = Shrink(net, x, net.AddRelu(x), 728, 728);
  for (int block = 5; block <= 12; ++block) {
    net.SetScope("block" + std::to_string(block));
    x = Middle(net, x);
  }
  net.SetScope("block13");
  x = Shrink(net, x, net.AddRelu(x), 728, 1024);
  net.SetScope("block14");
  x = Separable(net, x, 1536, Activation::kRelu);
  x = Separable(net, x, 2048, Activation::kRelu);
  AddKerasClassifier(net, x, options.classes);
}

}  // namespace

Family Xceptions() {
  return {
      {{.name = "xception", .title = "Xception", .size = 299}, Build},
  };
}

}  // namespace coralline::internal
