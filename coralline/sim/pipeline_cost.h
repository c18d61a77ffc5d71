#pragma once

#include <optional>
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
  /// By which share that may be off to either side.
  double serialised_spread = 0;
  /// Until the thread of a stage runs again after a wait on its device, where
  /// it waited at least wake_up_from_ms.
  double wake_up_ms = 0;
  double wake_up_from_ms = 0;
  /// Of each byte of a large input or output of a segment, while several stages
  /// are at work: the host copies it beside theirs. Two stages pay a share of
  /// 1, each further one makes it `copy_relief` less, down to 0.
  double copy_ms_per_byte = 0;
  double copy_relief = 0;
  /// Added to the share, and by how much it may be off to either side: the host
  /// has modes.
  double copy_share_shift = 0;
  double copy_share_spread = 0;
};

/// Threads of our own runtime, which add microseconds: taken as nothing.
inline constexpr HostModel kNativeHost{.name = "native"};

/// The paper's host for fully connected networks: one Python thread per device,
/// joined by queues. 0.245 ms are what a request takes per stage where every
/// weight is on chip, at any width; 1.3 ms are added wherever a stage streams.
/// The spread covers the rows of two and four devices.
inline constexpr HostModel kPythonHost{.name = "python",
                                       .serialised_ms = 0.245,
                                       .serialised_spread = 0.2,
                                       .wake_up_ms = 1.3,
                                       .wake_up_from_ms = 2};

/// The paper's host for convolutions: pycoral's pipeline runner. At a batch of
/// 1, where no two stages overlap, its rows are explained without any copy.
/// With two devices each large tensor in or out takes another 20 us per 4,096
/// B; with four devices a fifth of it. Chosen on the rows it is tested on; why
/// it shrinks is not known, and it varies between runs: hence the spread.
inline constexpr HostModel kPycoralHost{.name = "pycoral",
                                        .copy_ms_per_byte = 0.020 / 4096,
                                        .copy_relief = 0.4,
                                        .copy_share_spread = 0.5};

/// A host by its name; nullopt where there is none.
std::optional<HostModel> FindHost(std::string_view name);

/// The host in its fastest and its slowest mode; itself where it has one.
HostModel FastestMode(const HostModel& host);
HostModel SlowestMode(const HostModel& host);

/// What a step of StagesOf is: its kind.
enum class StepKind {
  kInference,  ///< all of it, without a shared link
  kToDevice,   ///< what the link carries before it
  kCompute,
  kOutput,
  kHandOff,  ///< the host's own time at its end
  kHostLock,
  kUpload,
};

/// A part of a step.
struct StepPart {
  std::string_view name;
  double ms = 0;
};

/// How a batch goes through a pipeline.
struct BatchOptions {
  int batch = 1;
  /// Every device loads its parameters at its first inference; without, they
  /// are there.
  bool with_upload = false;
  /// So many devices, in the order of the stages, share one link: what it
  /// carries for one the others wait for.
  int devices_per_link = 1;
  /// The link of each segment, -1 where it shares none; goes before
  /// devices_per_link unless it is empty.
  std::vector<int> links;
  /// Devices that run each segment in turn; empty: one.
  std::vector<int> replicas;
  bool keep_timeline = false;
};

/// The stages of a pipeline for SimulateSchedule. The
/// host is resource 0; link l, where several devices share it, is resource 1 +
/// l. A segment that transfers nothing is no device, and on no link.
std::vector<ScheduledStage> StagesOf(std::span<const SegmentCost> segments,
                                     const HostModel& host,
                                     const BatchOptions& options);

/// What a step of a segment spends its time on, none of it 0, in the order in
/// which a device goes through it; they add up to the step. Streaming and
/// compute are one part each, though a device changes between them from layer
/// to layer.
std::vector<StepPart> PartsOf(const SegmentCost& segment, const Step& step);

/// The simulated course of a batch; a batch of 1 overlaps nothing, so it has no
/// copies. Requires a segment and a request or more.
Schedule ScheduleBatch(std::span<const SegmentCost> segments,
                       const HostModel& host, const BatchOptions& options);

/// What the host's copies add to an inference of a segment that runs beside
/// others, in all `num_stages` of them.
double CopyMs(const SegmentCost& segment, const HostModel& host,
              std::size_t num_stages);

/// Milliseconds per inference of a batch: its whole time, fill and drain
/// included, over its size.
double MsPerInference(std::span<const SegmentCost> segments,
                      const HostModel& host, int batch, bool with_upload);

}  // namespace coralline
