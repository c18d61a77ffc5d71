#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/cli/cut_options.h"
#include "coralline/cli/report_options.h"
#include "coralline/planning/plan_document.h"
#include "coralline/sim/operator_support.h"
#include "coralline/sim/pipeline_cost.h"
#include "coralline/sim/time_range.h"
#include "coralline/tflite/model.h"

namespace coralline::cli {

/// What the user asks `simulate` for.
struct SimulateOptions {
  std::string model;
  std::string device = "edgetpu-pcie";
  std::string host = "native";
  std::string trace;
  std::string against;  ///< a compiled file
  ReportOptions report;
  CutOptions cuts;
  /// What `cuts` names a file of; its segments, devices, replicas and links.
  std::optional<PlanDocument> plan;
  int batch = 100;
  int devices_per_link = 1;
  /// Measured time of the ops on the CPU; where both are unset it is estimated.
  std::optional<double> cpu_ms;
  bool measure_cpu = false;
  bool log = false;
  bool json = false;
};

/// One stage: a segment on the accelerator, or one of ops that it leaves to the
/// CPU, whose time is then all of `cost`.
struct SimulatedStage {
  Segment segment;
  SegmentCost cost;
  TimeRange range;  ///< of cost.warm_ms()
  bool is_cpu = false;
  int replicas = 1;
  int link = -1;  ///< that of its devices in the plan; -1 where none is shared
};

struct Simulation {
  const Model& whole;  ///< as it was given
  Model model;         ///< with its layers split, where the plan says so
  const DeviceSpec& spec;
  const SimulateOptions& options;
  std::vector<OpMapping> mappings;
  std::vector<Layer> layers;
  std::vector<SimulatedStage> stages;
  Schedule schedule;
  double one_device_ms = 0;
  /// Milliseconds per inference in the host's fastest and slowest mode.
  double fastest_ms = 0;
  double slowest_ms = 0;
  /// The same with what is in doubt of the stages, see RangeOf; the doubts are
  /// those of the stage that may be slowest.
  TimeRange range;

  double ms_per_inference() const {
    return schedule.makespan_ms() / options.batch;
  }
  double speedup() const { return one_device_ms / ms_per_inference(); }
  /// "simulated", "estimated", "measured" or "given by the user".
  std::string_view origin(const SimulatedStage& stage) const;
};

/// Cuts, places, times and schedules the model, which must outlive the result.
/// Ops that the accelerator does not run make stages of their own. Throws Error
/// as ChooseSegments does, and Error(kDevice) when the CPU is to be measured
/// and cannot.
Simulation Simulate(const Model& model, const DeviceSpec& spec,
                    const SimulateOptions& options);

}  // namespace coralline::cli
