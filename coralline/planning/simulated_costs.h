#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "coralline/plan/problem.h"
#include "coralline/sim/device_spec.h"
#include "coralline/sim/pipeline_cost.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// Who runs a class of devices, as costs see it.
struct CostModel {
  /// Of an accelerator; absent for a CPU core, whose times are estimated.
  std::optional<DeviceSpec> spec;
  /// Of a CPU core: takes only what accelerators leave to it.
  bool unmapped_ops_only = false;
  /// Of an accelerator: the host runs what it leaves to the CPU before it takes
  /// the next request, as compiled segments do.
  bool cpu_fallback = false;
};

/// What the host makes of a device's own time: the cost of a stage. `link_ms`
/// is the part in which the device holds its link.
StageCost StageCostOf(double device_ms, double link_ms, const HostModel& host);

/// The simulated costs of a model's segments. An accelerator does not run
/// segments with ops that it leaves to the CPU; nobody runs a part of the ops
/// that share a state, and nobody replicates them. Of a compiled model only the
/// whole runs.
class SimulatedCosts : public SegmentCosts {
 public:
  /// One of `models` for each device class. Keeps a reference to the model.
  SimulatedCosts(const Model& model, std::vector<CostModel> models,
                 const HostModel& host);
  ~SimulatedCosts() override;

  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override;

  /// What Of never goes below, over all classes.
  CostFloors Floors() const;

 private:
  class Walker;

  std::vector<ClassFloor> FloorsByClasses() const;

  const Model& model_;
  std::vector<CostModel> models_;
  HostModel host_;
  bool is_compiled_;
  std::vector<std::vector<int>> state_users_;     // of each state tensor
  std::vector<std::shared_ptr<Walker>> walkers_;  // of each class
};

}  // namespace coralline
