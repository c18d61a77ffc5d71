#include "coralline/base/hash.h"

#include <fmt/format.h>

// The whole library in this file: nothing to link, here or where we are
// installed.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace coralline {

std::string HashBytes(std::span<const std::byte> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string HashText(std::string_view text) {
  return HashBytes(std::as_bytes(std::span(text)));
}

}  // namespace coralline
