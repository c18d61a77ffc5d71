#include "coralline/profile/profile_key.h"

#include "coralline/base/hash.h"
#include "coralline/tflite/writer.h"

namespace coralline {

std::string HashModel(const Model& model) {
  return HashBytes(model.bytes.span());
}

std::string HashSegment(const Model& model, const Segment& segment) {
  return HashModel(ExtractSegment(model, segment));
}

}  // namespace coralline
