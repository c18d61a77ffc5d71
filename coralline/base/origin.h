#pragma once

#include <optional>
#include <string_view>

namespace coralline {

/// Where a figure comes from. What an emulated device takes is never called
/// measured.
enum class Origin { kMeasured, kEmulated, kSimulated, kEstimated, kPublished };

/// "measured", "emulated", "simulated", "estimated", "published".
std::string_view OriginText(Origin origin);
/// nullopt for any other word.
std::optional<Origin> OriginFromText(std::string_view text);

}  // namespace coralline
