#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "coralline/tflite/model.h"

namespace coralline::fake_edgetpu {

/// The fake compiler puts the model that it has compiled into the map of the
/// op's options, under a key of its own that libedgetpu does not look at. So
/// all that the package says of sizes stays true.
inline constexpr const char* kSourceKey = "coralline_source";

/// The model; nullopt where the options have none. The options must be those
/// that ParsePackage takes. Throws Error(kModel) where the model is damaged.
std::optional<Model> ReadSource(std::span<const std::byte> custom_options);

}  // namespace coralline::fake_edgetpu
