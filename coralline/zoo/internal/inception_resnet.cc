// Inception-ResNet v2: Szegedy et al., "Inception-v4, Inception-ResNet and the
// Impact of Residual Connections on Learning", 2016, as TF-Slim has it. Counts
// are equal to those of keras.applications.

#include <string>

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/slim.h"

namespace coralline::internal {
namespace {

constexpr Padding kValid = Padding::kValid;

Value AddHalvingPool(Net& net, const Value& input) {
  return net.AddMaxPool(input, {.padding = kValid});
}

// The sum of the input and of what the branches found, which counts less: that
// scale is folded into the convolution's weights.
Value AddResidual(Net& net, const Value& input, const Value& branches,
                  float scale, Activation activation = Activation::kRelu) {
  const Value up = net.AddConv(branches, {.filters = net.ChannelsOf(input),
                                          .activation = Activation::kNone,
                                          .norm = Norm::kBias,
                                          .gain = scale});
  return net.AddSum(input, up, activation);
}

Value AddBlock35(Net& net, const Value& input) {
  const Value branches = net.AddConcat({
      AddSlimConvs(net, input, {{32}}),
      AddSlimConvs(net, input, {{32}, {32, 3}}),
      AddSlimConvs(net, input, {{32}, {48, 3}, {64, 3}}),
  });
  return AddResidual(net, input, branches, 0.17F);
}

Value AddBlock17(Net& net, const Value& input) {
  const Value branches = net.AddConcat({
      AddSlimConvs(net, input, {{192}}),
      AddSlimConvs(net, input, {{128}, {160, {1, 7}}, {192, {7, 1}}}),
  });
  return AddResidual(net, input, branches, 0.1F);
}

Value AddBranches8(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{192}}),
      AddSlimConvs(net, input, {{192}, {224, {1, 3}}, {256, {3, 1}}}),
  });
}

Value AddBlock8(Net& net, const Value& input) {
  return AddResidual(net, input, AddBranches8(net, input), 0.2F);
}

Value AddStem(Net& net, int size) {
  net.SetScope("stem");
  Value x = AddSlimConvs(net, net.Input(size),
                         {{32, 3, 2, kValid}, {32, 3, 1, kValid}, {64, 3}});
  x = AddHalvingPool(net, x);
  x = AddSlimConvs(net, x, {{80}, {192, 3, 1, kValid}});
  x = AddHalvingPool(net, x);
  net.SetScope("mixed_5b");
  return net.AddConcat({
      AddSlimConvs(net, x, {{96}}),
      AddSlimConvs(net, x, {{48}, {64, 5}}),
      AddSlimConvs(net, x, {{64}, {96, 3}, {96, 3}}),
      AddSlimConvs(net, net.AddAveragePool(x, {.stride = 1}), {{64}}),
  });
}

void Build(Net& net, const NetworkOptions& options) {
  Value x = AddStem(net, options.size);
  const auto repeat = [&](int times, const std::string& name, auto add) {
    for (int i = 1; i <= times; ++i) {
      net.SetScope(name + "_" + std::to_string(i));
      x = add(net, x);
    }
  };
  repeat(10, "block35", AddBlock35);
  net.SetScope("mixed_6a");
  x = net.AddConcat({
      AddSlimConvs(net, x, {{384, 3, 2, kValid}}),
      AddSlimConvs(net, x, {{256}, {256, 3}, {384, 3, 2, kValid}}),
      AddHalvingPool(net, x),
  });
  repeat(20, "block17", AddBlock17);
  net.SetScope("mixed_7a");
  x = net.AddConcat({
      AddSlimConvs(net, x, {{256}, {384, 3, 2, kValid}}),
      AddSlimConvs(net, x, {{256}, {288, 3, 2, kValid}}),
      AddSlimConvs(net, x, {{256}, {288, 3}, {320, 3, 2, kValid}}),
      AddHalvingPool(net, x),
  });
  repeat(9, "block8", AddBlock8);
  net.SetScope("block8_10");
  x = AddResidual(net, x, AddBranches8(net, x), 1, Activation::kNone);
  net.SetScope("last");
  x = AddSlimConvs(net, x, {{1536}});
  AddSlimDenseClassifier(net, x, options.classes);
}

}  // namespace

Family InceptionResNets() {
  return {{{.name = "inception_resnet_v2",
            .title = "Inception-ResNet v2",
            .size = 299,
            .classes = 1001},
           Build}};
}

}  // namespace coralline::internal
