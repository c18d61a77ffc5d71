// Inception v3: Szegedy et al., "Rethinking the Inception Architecture for
// Computer Vision", 2015, and v4: Szegedy et al., "Inception-v4,
// Inception-ResNet and the Impact of Residual Connections on Learning", 2016,
// as TF-Slim has them, without the heads for training only. Counts of v3 are
// equal to those of keras.applications.

#include <string>

#include "coralline/zoo/internal/families.h"
#include "coralline/zoo/internal/slim.h"

namespace coralline::internal {
namespace {

constexpr Padding kValid = Padding::kValid;
constexpr Extent kRow(1, 7);
constexpr Extent kColumn(7, 1);
constexpr Extent kShortRow(1, 3);
constexpr Extent kShortColumn(3, 1);

Value AddHalvingPool(Net& net, const Value& input) {
  return net.AddMaxPool(input, {.padding = kValid});
}

// Averages the neighbours.
Value AddPooled(Net& net, const Value& input, int filters) {
  return AddSlimConvs(net, net.AddAveragePool(input, {.stride = 1}),
                      {{filters}});
}

// Two convolutions of the same map.
Value AddFork(Net& net, const Value& input, int filters) {
  return net.AddConcat({AddSlimConvs(net, input, {{filters, kShortRow}}),
                        AddSlimConvs(net, input, {{filters, kShortColumn}})});
}

Value AddMixed5(Net& net, const Value& input, int pooled) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{64}}),
      AddSlimConvs(net, input, {{48}, {64, 5}}),
      AddSlimConvs(net, input, {{64}, {96, 3}, {96, 3}}),
      AddPooled(net, input, pooled),
  });
}

Value AddMixed6(Net& net, const Value& input, int filters) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{192}}),
      AddSlimConvs(net, input, {{filters}, {filters, kRow}, {192, kColumn}}),
      AddSlimConvs(net, input,
                   {{filters},
                    {filters, kColumn},
                    {filters, kRow},
                    {filters, kColumn},
                    {192, kRow}}),
      AddPooled(net, input, 192),
  });
}

Value AddMixed7(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{320}}),
      AddFork(net, AddSlimConvs(net, input, {{384}}), 384),
      AddFork(net, AddSlimConvs(net, input, {{448}, {384, 3}}), 384),
      AddPooled(net, input, 192),
  });
}

Value AddStemV3(Net& net, int size) {
  net.SetScope("stem");
  Value x = AddSlimConvs(net, net.Input(size),
                         {{32, 3, 2, kValid}, {32, 3, 1, kValid}, {64, 3}});
  x = AddHalvingPool(net, x);
  x = AddSlimConvs(net, x, {{80}, {192, 3, 1, kValid}});
  return AddHalvingPool(net, x);
}

void BuildV3(Net& net, const NetworkOptions& options) {
  Value x = AddStemV3(net, options.size);
  char letter = 'b';
  for (const int pooled : {32, 64, 64}) {
    net.SetScope(std::string("mixed_5") + letter++);
    x = AddMixed5(net, x, pooled);
  }
  net.SetScope("mixed_6a");
  x = net.AddConcat({
      AddSlimConvs(net, x, {{384, 3, 2, kValid}}),
      AddSlimConvs(net, x, {{64}, {96, 3}, {96, 3, 2, kValid}}),
      AddHalvingPool(net, x),
  });
  letter = 'b';
  for (const int filters : {128, 160, 160, 192}) {
    net.SetScope(std::string("mixed_6") + letter++);
    x = AddMixed6(net, x, filters);
  }
  net.SetScope("mixed_7a");
  x = net.AddConcat({
      AddSlimConvs(net, x, {{192}, {320, 3, 2, kValid}}),
      AddSlimConvs(net, x,
                   {{192}, {192, kRow}, {192, kColumn}, {192, 3, 2, kValid}}),
      AddHalvingPool(net, x),
  });
  for (const char* name : {"mixed_7b", "mixed_7c"}) {
    net.SetScope(name);
    x = AddMixed7(net, x);
  }
  AddSlimClassifier(net, x, options.classes);
}

Value AddStemV4(Net& net, int size) {
  net.SetScope("stem");
  Value x = AddSlimConvs(net, net.Input(size),
                         {{32, 3, 2, kValid}, {32, 3, 1, kValid}, {64, 3}});
  x = net.AddConcat({
      AddHalvingPool(net, x),
      AddSlimConvs(net, x, {{96, 3, 2, kValid}}),
  });
  x = net.AddConcat({
      AddSlimConvs(net, x, {{64}, {96, 3, 1, kValid}}),
      AddSlimConvs(net, x,
                   {{64}, {64, kRow}, {64, kColumn}, {96, 3, 1, kValid}}),
  });
  return net.AddConcat({
      AddSlimConvs(net, x, {{192, 3, 2, kValid}}),
      AddHalvingPool(net, x),
  });
}

Value AddInceptionA(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{96}}),
      AddSlimConvs(net, input, {{64}, {96, 3}}),
      AddSlimConvs(net, input, {{64}, {96, 3}, {96, 3}}),
      AddPooled(net, input, 96),
  });
}

Value AddReductionA(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{384, 3, 2, kValid}}),
      AddSlimConvs(net, input, {{192}, {224, 3}, {256, 3, 2, kValid}}),
      AddHalvingPool(net, input),
  });
}

Value AddInceptionB(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{384}}),
      AddSlimConvs(net, input, {{192}, {224, kRow}, {256, kColumn}}),
      AddSlimConvs(
          net, input,
          {{192}, {192, kColumn}, {224, kRow}, {224, kColumn}, {256, kRow}}),
      AddPooled(net, input, 128),
  });
}

Value AddReductionB(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{192}, {192, 3, 2, kValid}}),
      AddSlimConvs(net, input,
                   {{256}, {256, kRow}, {320, kColumn}, {320, 3, 2, kValid}}),
      AddHalvingPool(net, input),
  });
}

Value AddInceptionC(Net& net, const Value& input) {
  return net.AddConcat({
      AddSlimConvs(net, input, {{256}}),
      AddFork(net, AddSlimConvs(net, input, {{384}}), 256),
      AddFork(net,
              AddSlimConvs(net, input,
                           {{384}, {448, kShortColumn}, {512, kShortRow}}),
              256),
      AddPooled(net, input, 256),
  });
}

void BuildV4(Net& net, const NetworkOptions& options) {
  Value x = AddStemV4(net, options.size);
  const auto repeat = [&](int times, const std::string& stage, auto add) {
    for (char letter = 'b'; letter < 'b' + times; ++letter) {
      net.SetScope(stage + letter);
      x = add(net, x);
    }
  };
  repeat(4, "mixed_5", AddInceptionA);
  net.SetScope("mixed_6a");
  x = AddReductionA(net, x);
  repeat(7, "mixed_6", AddInceptionB);
  net.SetScope("mixed_7a");
  x = AddReductionB(net, x);
  repeat(3, "mixed_7", AddInceptionC);
  AddSlimDenseClassifier(net, x, options.classes);
}

}  // namespace

Family FactorizedInceptions() {
  return {
      {{.name = "inception_v3",
        .title = "Inception v3",
        .size = 299,
        .classes = 1001},
       BuildV3},
      {{.name = "inception_v4",
        .title = "Inception v4",
        .size = 299,
        .classes = 1001},
       BuildV4},
  };
}

}  // namespace coralline::internal
