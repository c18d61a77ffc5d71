#pragma once

#include <optional>
#include <vector>

#include "coralline/plan/plan.h"

namespace coralline {

/// Tries every cut of the problem's order into exactly `num_segments` segments
/// on one device each of class 0, whose count is not looked at. Returns the one
/// with the shortest Plan::period; among those the one with the lowest latency,
/// then the earliest cuts. nullopt where none runs. This is how the paper's
/// authors found their profiled cut of fully connected nets, on real devices.
///
/// Throws Error(kUsage) where these are more than 20 million cuts. Requires
/// num_segments >= 1. Asks for the cost of each segment once.
std::optional<std::vector<Segment>> ExhaustiveSegments(
    const PlanProblem& problem, int num_segments);

}  // namespace coralline
