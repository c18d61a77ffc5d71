#pragma once

// The generated accessors of package.fbs, for .cc files and internal headers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include "coralline/compiled/internal/package_generated.h"
#pragma GCC diagnostic pop

namespace coralline::internal {

/// Number of elements of a flatbuffer vector that may be absent.
template <typename T>
unsigned SizeOf(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() : 0;
}

}  // namespace coralline::internal
