#include "coralline/profile/profile.h"

#include <algorithm>
#include <array>
#include <utility>

namespace coralline {
namespace {

constexpr std::array<std::string_view, 5> kOriginTexts = {
    "measured", "emulated", "simulated", "estimated", "published"};

bool IsBefore(const SegmentProfile& segment, std::span<const int> ops) {
  return std::lexicographical_compare(segment.segment.ops.begin(),
                                      segment.segment.ops.end(), ops.begin(),
                                      ops.end());
}

}  // namespace

std::string_view OriginText(Origin origin) {
  return kOriginTexts[static_cast<std::size_t>(origin)];
}

std::optional<Origin> OriginFromText(std::string_view text) {
  const auto found = std::find(kOriginTexts.begin(), kOriginTexts.end(), text);
  if (found == kOriginTexts.end()) return std::nullopt;
  return static_cast<Origin>(found - kOriginTexts.begin());
}

bool Profile::Add(SegmentProfile segment) {
  const auto& ops = segment.segment.ops;
  const auto place =
      std::lower_bound(segments.begin(), segments.end(), ops, IsBefore);
  if (place != segments.end() && place->segment.ops == ops) return false;
  segments.insert(place, std::move(segment));
  return true;
}

const SegmentProfile* Profile::Find(std::span<const int> ops) const {
  const auto place =
      std::lower_bound(segments.begin(), segments.end(), ops, IsBefore);
  const bool is_found =
      place != segments.end() &&
      std::equal(place->segment.ops.begin(), place->segment.ops.end(),
                 ops.begin(), ops.end());
  return is_found ? &*place : nullptr;
}

}  // namespace coralline
