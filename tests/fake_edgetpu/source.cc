#include "tests/fake_edgetpu/source.h"

#include <flatbuffers/flexbuffers.h>

#include <cstdint>

#include "coralline/tflite/reader.h"
#include "coralline/tflite/testing.h"

namespace coralline::fake_edgetpu {
std::optional<Model> ReadSource(std::span<const std::byte> custom_options) {
  const auto root = flexbuffers::GetRoot(
      reinterpret_cast<const std::uint8_t*>(custom_options.data()),
      custom_options.size());
  const auto source = root.AsMap()[kSourceKey];
  if (!source.IsBlob()) return std::nullopt;
  const flexbuffers::Blob blob = source.AsBlob();
  return ParseTflite(testing_util::AlignedCopy(
                         std::as_bytes(std::span(blob.data(), blob.size()))),
                     "source");
}

}  // namespace coralline::fake_edgetpu
