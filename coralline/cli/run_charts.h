#pragma once

#include <map>
#include <optional>
#include <string>

#include "coralline/chart/chart.h"
#include "coralline/cli/run_report.h"

namespace coralline::cli {

/// Charts of the report of a run.

/// Of all devices that did something, by number.
std::map<int, std::string> DeviceTitles(const RunReport& report);

/// Of a device's thread, which is the whole of its shares: the run, or since
/// the device was deployed where that is shorter.
std::chrono::nanoseconds WholeTime(const RunReport& report,
                                   const ReplicaStats& replica);

/// What each device was expected to take, and took.
Chart DeviceTable(const RunReport& report);

/// What each device's thread did, in shares of the time.
Chart DeviceBars(const RunReport& report);

/// Results per second of each window of the run. Requires two windows.
Chart ThroughputChart(const RunStats& stats, Origin origin);

/// Faults, and what followed from them.
Chart EventTable(const RunStats& stats);

/// How late emulated devices were; nullopt without any.
std::optional<Chart> EmulationTable(const RunReport& report);

}  // namespace coralline::cli
