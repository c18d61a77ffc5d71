#pragma once

#include <optional>
#include <string>

#include "coralline/profile/profile.h"

namespace coralline::cli {

/// What is to be said of a profile beside its segments.
struct ProfileRun {
  int measured = 0;  ///< now, of the segments; the others were known
  int refused = 0;   ///< segments that the device does not run
  /// A segment measured early, and again at the end.
  std::optional<SegmentProfile> early;
  std::optional<SegmentProfile> late;
  std::string file;  ///< that holds all of it; may be empty
};

/// A table of the first segments, and what casts doubt on them: drift above 2 %
/// while one was measured, another time for the same segment at the end, and
/// how warm the device was.
std::string ProfileText(const Profile& profile, const ProfileRun& run);

}  // namespace coralline::cli
