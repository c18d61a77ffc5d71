#include "coralline/profile/profile.h"

#include <algorithm>
#include <array>
#include <utility>

namespace coralline {
namespace {

bool IsBefore(const SegmentProfile& segment, std::span<const int> ops) {
  return std::lexicographical_compare(segment.segment.ops.begin(),
                                      segment.segment.ops.end(), ops.begin(),
                                      ops.end());
}

}  // namespace

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
