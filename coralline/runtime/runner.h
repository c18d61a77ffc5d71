#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coralline/pipeline/pipeline.h"
#include "coralline/planning/plan_document.h"
#include "coralline/planning/split_planning.h"
#include "coralline/profile/profile_cache.h"
#include "coralline/runtime/device_setup.h"

namespace coralline {

/// What runs a model, and how.
struct RunnerOptions {
  /// "cpu:0", "cpu:0-1", "emulated:SPEC:N", "edgetpu:0", "edgetpu:all". Empty:
  /// those of `plan` (see PoolOf); a core for each of `segments`; without both,
  /// each core that this process may use, or for a compiled model every Edge
  /// TPU.
  std::vector<std::string> devices;
  CpuKernels kernels = CpuKernels::kAuto;
  /// Whether the CPU computes the outputs of emulated devices.
  bool compute = false;
  /// Of emulated devices; Fault::device counts through all devices.
  std::vector<Fault> faults;
  EdgeTpuSetup edgetpu;

  /// What to run at first: one segment for each device, in order. Absent: what
  /// `plan` says, on one device for each replica of each stage, in order; where
  /// the devices are Edge TPUs alone, cores are added for the plan's CPU
  /// stages, and those that it does not use stand by for faults.
  /// Without a plan, the whole model on a single device; on several what is
  /// planned, with costs that are measured on CPU cores, for some seconds, and
  /// simulated of emulated devices. Where all devices are accelerators, cores
  /// are added for the ops that they leave over (NumLeftOverCores).
  std::optional<std::vector<Segment>> segments;
  std::optional<PlanDocument> plan;
  /// Of what is planned, here and after faults.
  int max_replicas = 16;
  /// Of what is planned here, on emulated devices alone: on CPU cores parts
  /// gain nothing, as memory is shared. A plan has its own splits. kAuto looks
  /// at splits only where a layer fits none of the devices.
  SplitMode split_layers = SplitMode::kAuto;
  /// Where measured costs are kept; may be null.
  ProfileCache* cache = nullptr;

  PipelineOptions pipeline;
  /// Whether the watchdog waits for at least ten times what the slowest stage
  /// is planned, or estimated, to take.
  bool stretch_watchdog = false;
};

/// A pipeline on real or emulated devices that plans again when a device goes,
/// comes back or slows down.
struct Runner {
  std::unique_ptr<Pipeline> pipeline;
  /// What runs at first, with predicted times where they are known.
  Plan plan;
  /// Of these: "simulated", "estimated", "measured"; empty where none are
  /// known.
  std::string origin;
  /// Of each stage of the plan, such as "edgetpu-pcie".
  std::vector<std::string> class_names;
  /// Of each stage: what its simulated times are from; absent on a CPU.
  std::vector<std::optional<DeviceSpec>> specs;
  /// Of each device, by number: Device::is_emulated.
  std::vector<bool> is_emulated;
  /// Layers that are computed in parts: the plan's ops are of that model.
  std::vector<LayerSplit> splits;
};

/// Loads the model's segments and starts. The model has its layers whole, also
/// where the plan splits them. One that is compiled for the Edge TPU runs as a
/// whole, on each of the devices, and is timed on one of each kind first.
/// Throws Error(kUsage) for device names
/// and counts that do not fit, Error(kModel) where the devices cannot run the
/// model, and Error(kDevice) where one is missing.
Runner OpenRunner(const Model& model, const RunnerOptions& options);

}  // namespace coralline
