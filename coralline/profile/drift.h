#pragma once

#include <chrono>
#include <optional>
#include <span>

namespace coralline {

/// By what share of its first half the second half of the times is longer, by
/// their medians; below zero where it is shorter. A device that throttles as it
/// heats up, or that is still warming up, drifts.
///
/// nullopt where chance may explain the difference: the 95 % intervals of the
/// two medians (MedianOf) overlap, or there are fewer than 12 times, so that
/// neither half has such an interval. `times` are above zero and in the order
/// in which they were taken; the middle one of an odd number is in no half.
std::optional<double> DriftOf(std::span<const std::chrono::nanoseconds> times);

}  // namespace coralline
