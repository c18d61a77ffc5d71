#pragma once

#include <optional>
#include <string>

#include "coralline/compiled/compiled_model.h"
#include "coralline/compiled/internal/wire.h"

namespace coralline::internal {

/// What one run of an executable moves, by its DMA hints; nullopt where they
/// are not all of it. Throws Error(kModel), beginning with `name`, for hints
/// at what the executable does not have.
std::optional<DmaTraffic> TrafficOf(const package_wire::Executable& executable,
                                    const std::string& name);

}  // namespace coralline::internal
