#pragma once

#include <functional>
#include <span>
#include <vector>

#include "coralline/plan/plan.h"
#include "coralline/runtime/internal/usable_devices.h"
#include "coralline/runtime/placed_stage.h"

namespace coralline::internal {

/// Whether a device has a segment loaded already.
using HasLoaded = std::function<bool(int device, const Segment& segment)>;

/// The planned stages on devices of their classes, each device in one stage at
/// most: those that have the segment loaded already first, then the lowest
/// numbers. Requires that the plan uses no more devices than the classes have.
std::vector<PlacedStage> ChooseDevices(const Plan& plan,
                                       std::span<const UsableClass> classes,
                                       const HasLoaded& has_loaded);

}  // namespace coralline::internal
