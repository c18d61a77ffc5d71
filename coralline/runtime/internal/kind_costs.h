#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "coralline/plan/known_costs.h"
#include "coralline/plan/scaled_costs.h"
#include "coralline/planning/model_problem.h"
#include "coralline/planning/plan_document.h"
#include "coralline/runtime/internal/usable_devices.h"
#include "coralline/sim/operator_support.h"

namespace coralline::internal {

/// What a model's segments cost on each kind of device: what is known, and
/// otherwise the simulated or estimated cost. Where some costs of a kind of CPU
/// are known, the estimates of the others are scaled by how far off those are
/// on the whole, and 10 % more: a guess has to promise something.
class KindCosts {
 public:
  /// Keeps a reference to the model. KnownCost::device_class is a kind.
  KindCosts(const Model& model, const std::vector<DeviceGroup>& kinds,
            int max_replicas, const std::vector<KnownCost>& known);

  /// The plan with the most throughput on these devices; its classes are these,
  /// and its costs hold their slowdowns. Other orders than the model's are
  /// looked at while there is time. nullopt where there is no plan.
  std::optional<Plan> PlanOn(std::span<const UsableClass> classes,
                             std::chrono::nanoseconds time_limit);

  /// Of a device that is not slowed down; nullopt where the kind does not run
  /// the segment.
  std::optional<StageCost> Of(const Segment& segment, int kind);
  /// kEstimated is too rough to compare times with.
  Origin OriginOf(const Segment& segment, int kind) const;

  /// A device of the kind refused to load it.
  void Refuse(const Segment& segment, int kind);

 private:
  std::vector<ScaledClass> ScaledKinds(const std::vector<KnownCost>& known);

  ModelProblem problem_;
  std::vector<OpMapping> mappings_;
  double least_factor_ = 1;  // of simulated costs, over all that is known
  std::vector<KnownCost> known_list_;
  ScaledCosts assumed_;
  KnownCosts known_;
};

}  // namespace coralline::internal
