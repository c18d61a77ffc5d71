#include "coralline/zoo/internal/slim.h"

namespace coralline::internal {
namespace {

Value AverageOf(Net& net, const Value& features) {
  net.SetScope("head");
  Value average = net.AddAveragePool(
      features, {.kernel = net.MapOf(features), .padding = Padding::kValid});
  average.deviation = features.deviation / 2;  // of the whole map
  return average;
}

}  // namespace

Value AddSlimConvs(Net& net, const Value& input,
                   std::initializer_list<Conv> convs) {
  Value x = input;
  for (Conv conv : convs) {
    conv.norm = Norm::kBatchNoScale;
    x = net.AddConv(x, conv);
  }
  return x;
}

void AddSlimClassifier(Net& net, const Value& features, int classes) {
  const Value logits =
      net.AddConv(AverageOf(net, features), {.filters = classes,
                                             .activation = Activation::kNone,
                                             .norm = Norm::kBias});
  net.SetOutputs({net.AddSoftmax(net.AddReshape(logits, {1, classes}))});
}

void AddSlimDenseClassifier(Net& net, const Value& features, int classes) {
  const Value average = AverageOf(net, features);
  const Value flat = net.AddReshape(average, {1, net.ChannelsOf(average)});
  net.SetOutputs({net.AddSoftmax(net.AddDense(flat, classes))});
}

}  // namespace coralline::internal
