#include "coralline/zoo/internal/keras.h"

namespace coralline::internal {

Value AddKerasStem(Net& net, int size, Activation activation, Norm norm) {
  constexpr Padding kValid = Padding::kValid;
  net.SetScope("stem");
  Value x = net.AddPad(net.Input(size), 3, 3, 3, 3);
  x = net.AddConv(x, {.filters = 64,
                      .kernel = 7,
                      .stride = 2,
                      .padding = kValid,
                      .activation = activation,
                      .norm = norm});
  x = net.AddPad(x, 1, 1, 1, 1);
  return net.AddMaxPool(x, {.kernel = 3, .stride = 2, .padding = kValid});
}

void AddKerasClassifier(Net& net, const Value& features, int classes) {
  net.SetScope("head");
  const Value logits = net.AddDense(net.AddGlobalMean(features), classes);
  net.SetOutputs({net.AddSoftmax(logits)});
}

}  // namespace coralline::internal
