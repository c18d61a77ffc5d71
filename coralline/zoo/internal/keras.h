#pragma once

#include "coralline/zoo/internal/net.h"

namespace coralline::internal {

/// What the networks of keras.applications have in common.

/// A 7x7 convolution of stride 2 and a pool of stride 2, explicitly padded, as
/// ResNets and DenseNets begin. `norm` and `activation` are the convolution's.
Value AddKerasStem(Net& net, int size, Activation activation, Norm norm);

/// The end of a classifier: a fully connected layer behind the map's mean.
void AddKerasClassifier(Net& net, const Value& features, int classes);

}  // namespace coralline::internal
