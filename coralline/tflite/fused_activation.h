#pragma once

#include "coralline/tflite/model.h"
#include "coralline/tflite/op_options.h"

namespace coralline {

/// What a FULLY_CONNECTED op applies to its result; any value of the file
/// format, not only those that have an enumerator.
Activation FusedActivation(const Model& model, int op);

}  // namespace coralline
