#pragma once

#include <span>

#include "coralline/plan/plan.h"
#include "coralline/sim/schedule.h"

namespace coralline {

/// The simulated course of so many requests through a plan's stages, each as
/// long as the plan says, whatever its times are from: the host and links that
/// stages share are held one stage at a time. With its timeline.
Schedule ScheduleOf(const Plan& plan, std::span<const DeviceClass> classes,
                    int requests);

}  // namespace coralline
