#include "coralline/tflite/model.h"

#include "coralline/tflite/internal/wire.h"

namespace coralline {

std::span<const std::byte> ConstantData(const Model& model, int tensor) {
  const auto* wire = internal::MainSubgraph(model).tensors()->Get(tensor);
  const auto* data =
      internal::BufferData(internal::Root(model), wire->buffer());
  if (!data) return {};
  return std::as_bytes(std::span(data->data(), data->size()));
}

std::span<const std::byte> CustomOptions(const Model& model, int op) {
  const auto* wire = internal::MainSubgraph(model).operators()->Get(op);
  const auto* data = wire->custom_options();
  if (!data) return {};
  return std::as_bytes(std::span(data->data(), data->size()));
}

}  // namespace coralline
