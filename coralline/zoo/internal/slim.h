#pragma once

#include <initializer_list>

#include "coralline/zoo/internal/net.h"

namespace coralline::internal {

/// What the networks of TF-Slim, the library of the Inceptions and MobileNets,
/// have in common.

/// Convolutions one after another, as Inceptions have them: each with a batch
/// normalization without scale.
Value AddSlimConvs(Net& net, const Value& input,
                   std::initializer_list<Conv> convs);

/// The end of a classifier: logits are a 1x1 convolution of the map's average,
/// or a fully connected layer.
void AddSlimClassifier(Net& net, const Value& features, int classes);
void AddSlimDenseClassifier(Net& net, const Value& features, int classes);

}  // namespace coralline::internal
