#pragma once

#include "coralline/zoo/internal/net.h"

namespace coralline::internal {

/// The end of the classifiers of TF-Slim: logits are a 1x1 convolution of the
/// map's average.
void AddSlimClassifier(Net& net, const Value& features, int classes);

}  // namespace coralline::internal
