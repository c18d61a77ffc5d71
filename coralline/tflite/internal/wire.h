#pragma once

// The generated accessors of schema.fbs, for the .cc files of this folder.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include "coralline/tflite/internal/schema_generated.h"
#pragma GCC diagnostic pop

#include "coralline/tflite/model.h"

namespace coralline::internal {

/// The root table of bytes that ParseTflite has verified.
inline const wire::Model& Root(const Model& model) {
  return *wire::GetModel(model.bytes.data());
}

inline const wire::SubGraph& MainSubgraph(const Model& model) {
  return *Root(model).subgraphs()->Get(0);
}

/// Number of elements of a flatbuffer vector that may be absent.
template <typename T>
int SizeOf(const flatbuffers::Vector<T>* vector) {
  return vector ? static_cast<int>(vector->size()) : 0;
}

/// Content of a verified buffer; null where it has none. A model whose tensors
/// are all computed may leave out the buffers.
inline const flatbuffers::Vector<std::uint8_t>* BufferData(
    const wire::Model& root, std::size_t buffer) {
  if (SizeOf(root.buffers()) == 0) return nullptr;
  return root.buffers()->Get(static_cast<unsigned>(buffer))->data();
}

}  // namespace coralline::internal
