#include "coralline/base/origin.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace coralline {
namespace {

constexpr std::array<std::string_view, 5> kOriginTexts = {
    "measured", "emulated", "simulated", "estimated", "published"};

}  // namespace

std::string_view OriginText(Origin origin) {
  return kOriginTexts[static_cast<std::size_t>(origin)];
}

std::optional<Origin> OriginFromText(std::string_view text) {
  const auto* found = std::find(kOriginTexts.begin(), kOriginTexts.end(), text);
  if (found == kOriginTexts.end()) return std::nullopt;
  return static_cast<Origin>(found - kOriginTexts.begin());
}

}  // namespace coralline
