#include "coralline/zoo/internal/slim.h"

namespace coralline::internal {

void AddSlimClassifier(Net& net, const Value& features, int classes) {
  net.SetScope("head");
  Value x = net.AddAveragePool(
      features, {.kernel = net.MapOf(features), .padding = Padding::kValid});
  x.deviation /= 2;  // what differs from position to position is gone
  x = net.AddConv(x, {.filters = classes,
                      .activation = Activation::kNone,
                      .norm = Norm::kBias});
  net.SetOutputs({net.AddSoftmax(net.AddReshape(x, {1, classes}))});
}

}  // namespace coralline::internal
