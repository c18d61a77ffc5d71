#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "coralline/sim/schedule.h"
#include "coralline/sim/segment_cost.h"

namespace coralline {

/// What the program that feeds the devices adds to each stage.
struct HostModel {
  std::string_view name;
  /// Per request and stage, half before and half after the device's time, one
  /// stage at a time on the whole host: an interpreter that only one thread may
  /// enter.
  double serialised_ms = 0;
  /// Until the thread of a stage runs again after a wait on its device, where
  /// it waited at least wake_up_from_ms.
  double wake_up_ms = 0;
  double wake_up_from_ms = 0;
};

/// Threads of our own runtime, which add microseconds: taken as nothing.
inline constexpr HostModel kNativeHost{.name = "native"};

/// The paper's host for fully connected networks: one Python thread per device,
/// joined by queues. 0.245 ms are what a request takes per stage where every
/// weight is on chip, at any width; 1.3 ms are added wherever a stage streams.
inline constexpr HostModel kPythonHost{.name = "python",
                                       .serialised_ms = 0.245,
                                       .wake_up_ms = 1.3,
                                       .wake_up_from_ms = 2};

/// The stages of a pipeline for SimulateSchedule, each segment on one device
/// with a link of its own. The host is resource 0. `with_upload` lets every
/// device load its parameters at its first inference; without, they are there.
std::vector<ScheduledStage> StagesOf(std::span<const SegmentCost> segments,
                                     const HostModel& host, bool with_upload);

/// Milliseconds per inference of a batch: its whole time, fill and drain
/// included, over its size. Requires a segment and a request or more.
double MsPerInference(std::span<const SegmentCost> segments,
                      const HostModel& host, int batch, bool with_upload);

}  // namespace coralline
