#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coralline {

/// Names content: 32 hexadecimal digits of XXH3-128 with seed 0, the same on
/// every machine. Made for keys of a cache; it gives no security against
/// somebody who looks for two contents of one name.
std::string HashBytes(std::span<const std::byte> bytes);
std::string HashText(std::string_view text);

}  // namespace coralline
