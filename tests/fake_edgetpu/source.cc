#include "tests/fake_edgetpu/source.h"

#include <flatbuffers/flexbuffers.h>

#include <algorithm>
#include <memory>
#include <new>

#include "coralline/tflite/reader.h"

namespace coralline::fake_edgetpu {
namespace {

struct alignas(16) Block {
  std::byte bytes[16];
};

// As ParseTflite wants them.
SharedBytes AlignedCopy(const flexbuffers::Blob& blob) {
  const auto blocks = std::make_shared<std::vector<Block>>(
      (blob.size() + sizeof(Block) - 1) / sizeof(Block));
  auto* begin = reinterpret_cast<std::byte*>(blocks->data());
  std::copy_n(reinterpret_cast<const std::byte*>(blob.data()), blob.size(),
              begin);
  return {blocks, {begin, blob.size()}};
}

}  // namespace

std::optional<Model> ReadSource(std::span<const std::byte> custom_options) {
  const auto* data =
      reinterpret_cast<const std::uint8_t*>(custom_options.data());
  if (!flexbuffers::VerifyBuffer(data, custom_options.size())) {
    return std::nullopt;
  }
  const auto root = flexbuffers::GetRoot(data, custom_options.size());
  if (!root.IsMap()) return std::nullopt;
  const auto source = root.AsMap()[kSourceKey];
  if (!source.IsBlob()) return std::nullopt;
  return ParseTflite(AlignedCopy(source.AsBlob()), "source");
}

}  // namespace coralline::fake_edgetpu
