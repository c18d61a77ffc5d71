#pragma once

#include <vector>

#include "coralline/zoo/internal/net.h"

namespace coralline::internal {

/// A box of which a detector predicts how far an object's differs: centre and
/// size, in shares of the image's.
struct Anchor {
  float y = 0;
  float x = 0;
  float h = 0;
  float w = 0;
};

/// One anchor of each shape (whose centre is ignored) at each position of a
/// map, spread evenly over the image.
void AppendAnchors(const Extent& map, const std::vector<Anchor>& shapes,
                   std::vector<Anchor>& anchors);

/// How predictions are meant: a box is the anchor moved by prediction *
/// `centre` of its size, and exp(prediction * `size`) times as large.
struct BoxCoding {
  float centre = 1;
  float size = 1;
  bool has_background = false;  ///< class 0 is none
};

/// What a layer predicts of each position of a map, one row an anchor: 1 x
/// positions * anchors x numbers.
Value AddPredictions(Net& net, const Value& map, int numbers);

/// The tail: boxes [1, anchors, 4] as y and x of two corners, in float, and of
/// each the most likely class (int32, without the background) and its
/// probability (float). `boxes` and `classes` are the predictions, quantized.
/// These become the outputs.
void AddDetections(Net& net, const Value& boxes, const Value& classes,
                   const std::vector<Anchor>& anchors, const BoxCoding& coding);

}  // namespace coralline::internal
