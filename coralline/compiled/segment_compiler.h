#pragma once

#include <string>

#include "coralline/tflite/model.h"

namespace coralline {

/// Makes, or finds, what an Edge TPU runs of a segment. Any thread may call it.
class SegmentCompiler {
 public:
  virtual ~SegmentCompiler() = default;

  /// "edgetpu_compiler 16.0.384591198": times of what it makes are kept under
  /// this name.
  virtual std::string version() const = 0;

  /// Whether Compile has it from before, or a compiler to make it.
  virtual bool CanCompile(const Model& segment) const = 0;

  /// The compiled file of an uncompiled segment, with the same inputs and
  /// outputs, by name. Takes seconds where it is not known from before.
  ///
  /// Throws Error(kModel) where the compiler refuses the segment, with its
  /// reason; Error(kDevice) where the segment is not known and there is no
  /// compiler; and Error(kFailed) where the compiler hangs, crashes or makes
  /// what is no compiled model.
  virtual Model Compile(const Model& segment) const = 0;
};

}  // namespace coralline
