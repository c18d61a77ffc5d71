#pragma once

#include <vector>

#include "coralline/tflite/model.h"

namespace coralline {

/// Of each op, whether its bias is there and not all zero: compilers leave out
/// those that are. As MakeLayers takes it.
std::vector<bool> OpsWithBias(const Model& model);

}  // namespace coralline
