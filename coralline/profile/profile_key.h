#pragma once

#include <string>

#include "coralline/graph/segment.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// All that the cost of a segment depends on.
struct ProfileKey {
  std::string segment_hash;  ///< HashSegment
  std::string device;        ///< Device::name
  std::string runtime;       ///< Device::runtime
};

/// Of the model's bytes; its name does not matter.
std::string HashModel(const Model& model);

/// HashModel of ExtractSegment: what the same ops with the same weights have in
/// every model. Throws as ExtractSegment does.
std::string HashSegment(const Model& model, const Segment& segment);

}  // namespace coralline
