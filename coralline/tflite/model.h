#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "coralline/base/bytes.h"
#include "coralline/graph/graph.h"

namespace coralline {

/// A TFLite model: the graph, and the file's bytes that hold its constants.
/// Copies share the bytes. Made by ReadTflite, ParseTflite, ExtractSegment and
/// ModelBuilder, which all verify; a Model is safe to walk.
struct Model {
  /// File name without folder and ending; begins the names of its segments.
  std::string name;
  Graph graph;
  SharedBytes bytes;
};

/// Content of a constant tensor, inside the model's bytes; empty for others.
std::span<const std::byte> ConstantData(const Model& model, int tensor);

/// Options of a custom operator, inside the model's bytes; empty for others.
std::span<const std::byte> CustomOptions(const Model& model, int op);

}  // namespace coralline
