#pragma once

#include <string_view>

#include "coralline/tflite/model.h"

namespace coralline {

/// The lowest and the highest version of an operator that TFLite 2.9 runs; the
/// highest is 0 when it has none. Read off the library by declaring every code
/// and version in turn.
int MinOpVersion(OpKind kind);
int MaxOpVersion(OpKind kind);

/// Throws Error(kModel) when an op of the model needs a custom operator, or a
/// newer version than the library of that version runs. Only 2.9's versions
/// are known: any other library is left to find out for itself.
void CheckRuntimeSupport(const Model& model, std::string_view tflite_version);

}  // namespace coralline
