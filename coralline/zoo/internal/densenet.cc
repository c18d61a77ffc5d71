// DenseNet: Huang et al., "Densely Connected Convolutional Networks", 2016,
// DenseNet-BC with 32 new channels a layer, as in keras.applications, whose
// counts are the published ones.

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/keras.h"

namespace coralline::internal {
namespace {

struct Depths {
  int blocks[4];
};

constexpr Depths k121 = {{6, 12, 24, 16}};
constexpr Depths k169 = {{6, 12, 32, 32}};
constexpr Depths k201 = {{6, 12, 48, 32}};

// A batch normalization in front of a convolution meets a concatenation, which
// cannot take it in, so it is a MUL and an ADD.
Value Dense(Net& net, const Value& input) {
  constexpr int kGrowth = 32;
  Value x = net.AddScaleAndShift(input);
  x = net.AddConv(x, {.filters = 4 * kGrowth});
  x = net.AddConv(x, {.filters = kGrowth,
                      .kernel = 3,
                      .activation = Activation::kNone,
                      .norm = Norm::kNothing});
  return net.AddConcat({input, x});
}

// Halves the map and the channels.
Value Transition(Net& net, const Value& input) {
  Value x = net.AddScaleAndShift(input);
  x = net.AddConv(x, {.filters = net.ChannelsOf(x) / 2,
                      .activation = Activation::kNone,
                      .norm = Norm::kNothing});
  return net.AddAveragePool(
      x, {.kernel = 2, .stride = 2, .padding = Padding::kValid});
}

template <const Depths& depths>
void Build(Net& net, const NetworkOptions& options) {
  Value x = AddKerasStem(net, options.size, Activation::kRelu, Norm::kBatch);
  for (int stack = 0; stack < 4; ++stack) {
    for (int block = 0; block < depths.blocks[stack]; ++block) {
      net.SetScope("conv" + std::to_string(stack + 2) + "_block" +
                   std::to_string(block + 1));
      x = Dense(net, x);
    }
    net.SetScope("pool" + std::to_string(stack + 2));
    if (stack < 3) x = Transition(net, x);
  }
  net.SetScope("post");
  AddKerasClassifier(net, net.AddScaleAndShift(x), options.classes);
}

}  // namespace

Family DenseNets() {
  return {
      {{.name = "densenet121", .title = "DenseNet-121"}, Build<k121>},
      {{.name = "densenet169", .title = "DenseNet-169"}, Build<k169>},
      {{.name = "densenet201", .title = "DenseNet-201"}, Build<k201>},
  };
}

}  // namespace coralline::internal
