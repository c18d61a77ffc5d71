#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coralline/cli/output_check.h"
#include "coralline/cli/terminal.h"
#include "coralline/pipeline/run.h"
#include "coralline/plan/plan.h"
#include "coralline/rewrite/layer_split.h"
#include "coralline/sim/device_spec.h"

namespace coralline::cli {

/// Inferences that a trace file holds, and that are recorded of each device, so
/// that none is missing among them.
inline constexpr int kTraceCapacity = 100'000;

/// All that is told of a run.
struct RunReport {
  std::string model;
  /// What ran at first, and where its predicted times are from; see Runner.
  Plan plan;
  std::string plan_origin;
  std::vector<std::string> class_names;
  std::vector<std::optional<DeviceSpec>> specs;
  std::vector<LayerSplit> splits;     ///< see Runner
  std::vector<bool> is_emulated;      ///< of each device, by number
  std::optional<std::string> tflite;  ///< its version, where it was used
  /// What serves at first, by number.
  std::map<int, std::string> devices;
  std::optional<OutputCheck> check;  ///< with --reference
  RunStats stats;
  std::vector<TraceEvent> trace;
  std::int64_t warmup = 0;  ///< requests before those that are measured
  int trace_capacity = kTraceCapacity;
};

/// Whether a device is emulated, or any of them.
bool IsEmulated(const RunReport& report, const ReplicaStats& replica);
bool IsEmulated(const RunReport& report);

/// Whether other stages ran later than at first.
bool HasChanged(const RunReport& report);

/// The ops of a stage that runs at the end; null where they are not known,
/// because the stages have changed.
const Segment* SegmentOf(const RunReport& report, std::size_t stage);

/// Results per second that the plan expects; nullopt where it expects nothing.
std::optional<double> PredictedThroughput(const RunReport& report);

/// Whether the throughput changed so much during the run that it says little.
bool IsUnstable(const RunStats& stats);

/// What a reader sees at the end.
std::string RunText(const RunReport& report, const Terminal& terminal = {});

/// The same for programs, complete; docs/running.md explains the fields.
std::string RunJson(const RunReport& report);

/// A row for each device of each stage and one for all, with a heading.
std::string RunCsv(const RunReport& report);

/// What requests and devices did when, as Perfetto reads it: docs/trace.md.
std::string RunTraceJson(const RunReport& report);
/// Whether the trace ends before the run, for want of room.
bool IsTraceCut(const RunReport& report);

}  // namespace coralline::cli
