#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/plan/problem.h"

namespace coralline {

/// A segment, and the devices that serve it in turn.
struct PlannedStage {
  Segment segment;
  int device_class = 0;
  int replicas = 1;
  StageCost cost;

  /// How often a request leaves the stage, rounded up.
  std::chrono::nanoseconds period() const {
    return (cost.busy + std::chrono::nanoseconds(replicas - 1)) / replicas;
  }
  bool operator==(const PlannedStage&) const = default;
};

/// What is known of how good a plan is.
enum class Claim {
  kAllOrders,  ///< none is better, whatever the order of the ops
  kOneOrder,   ///< none is better that cuts the problem's order
  kWithin,     ///< none is better by more than the gap to the bound
};

/// A claim about the planned objective and how it was obtained, for the costs
/// that the planner was given.
struct Certificate {
  Claim claim = Claim::kOneOrder;
  /// No plan within the limits has a smaller value of the objective: a period
  /// in nanoseconds, a latency in nanoseconds, or a number of devices.
  std::int64_t bound = 0;
  /// How the bound was obtained, in words.
  std::string method;
  /// Places to cut at and segments between them that were looked at.
  std::int64_t boundaries = 0;
  std::int64_t segments = 0;
  std::int64_t orders = 1;

  bool operator==(const Certificate&) const = default;
};

/// What it says of a plan with this value of the objective: "optimal over all
/// orders", "optimal for this order", "within 3.2% of the optimum" (rounded
/// up), "without a bound".
std::string ClaimText(const Certificate& certificate, std::int64_t value);

/// Stages in the order of the data, which cover every op once.
struct Plan {
  std::vector<PlannedStage> stages;
  /// Time between two results in steady state: of the slowest stage, or of
  /// what stages share where that is slower.
  std::chrono::nanoseconds period{0};
  /// Of one request alone in the pipeline.
  std::chrono::nanoseconds latency{0};
  /// Absent for a plan that somebody else's method made.
  std::optional<Certificate> certificate;

  int num_devices() const;
  std::vector<Segment> segments() const;
  bool operator==(const Plan&) const = default;
};

/// What bounds the throughput of stages.
struct Load {
  std::chrono::nanoseconds slowest_stage{0};
  std::chrono::nanoseconds host{0};
  /// Of each class; zero where it does not share its link.
  std::vector<std::chrono::nanoseconds> links;

  std::chrono::nanoseconds period() const;
};
Load LoadOf(std::span<const PlannedStage> stages,
            std::span<const DeviceClass> classes);

/// The plan of these stages: sets period and latency.
Plan MakePlan(std::vector<PlannedStage> stages,
              std::span<const DeviceClass> classes);

/// The plan of these segments on one device each, of one class. nullopt where
/// the class cannot run one of them. Requires that they cover the ops of the
/// problem.
std::optional<Plan> PlanOfSegments(const PlanProblem& problem,
                                   std::span<const Segment> segments,
                                   int device_class = 0);

}  // namespace coralline
