#pragma once

#include <cstddef>
#include <span>

#include "coralline/base/error.h"
#include "coralline/compiled/compiled_model.h"
#include "coralline/tflite/testing.h"

namespace coralline::testing_util {

/// Reads any bytes as the options of an edgetpu-custom-op, from a copy of
/// exactly their length. Returns whether they were. Nothing but Error may come
/// out of it.
inline bool ReadOptions(std::span<const std::byte> content) {
  try {
    const SharedBytes copy = AlignedCopy(content);
    const CompiledPackage package = ParsePackage(copy.span(), "fuzz");
    for (std::size_t i = 0; i < package.executables.size(); ++i) {
      static_cast<void>(ExecutableParameters(copy.span(), static_cast<int>(i)));
    }
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The same as a whole file.
inline bool ReadCompiled(std::span<const std::byte> content) {
  try {
    const Model model =
        ParseTflite(AlignedCopy(content), "fuzz", Compiled::kAllow);
    static_cast<void>(ReadPackages(model));
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace coralline::testing_util
