#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/graph/graph.h"

namespace coralline {

/// What one request costs the stage that serves it. Integers, so that sums and
/// ties are exact.
struct StageCost {
  /// From taking the request to handing it on: the stage's part of the latency.
  /// With r replicas a request leaves the stage every busy / r.
  std::chrono::nanoseconds busy{0};
  /// The part of it that holds the host, one stage at a time.
  std::chrono::nanoseconds host{0};
  /// The part of it that holds the link of the device's class.
  std::chrono::nanoseconds link{0};
  /// False for a segment with state, which one device must run.
  bool can_replicate = true;

  bool operator==(const StageCost&) const = default;
};

/// All that the planner knows of time. Costs need be neither additive nor
/// monotone: a longer segment may be faster than a shorter one.
class SegmentCosts {
 public:
  virtual ~SegmentCosts() = default;

  /// The ops are a convex set, each after what it needs. nullopt where a device
  /// of the class cannot run them. busy > 0; the same ops in another order give
  /// the same cost.
  ///
  /// Consecutive calls mostly share all ops but the last few, so that an
  /// implementation that keeps its sums is quick.
  virtual std::optional<StageCost> Of(std::span<const int> ops,
                                      int device_class) = 0;
};

/// Devices that are alike: the same costs, and the same link.
struct DeviceClass {
  std::string name;
  int count = 1;  ///< a limit, not a demand
  /// Whether StageCost::link of its stages adds up on one link.
  bool shares_link = false;

  bool operator==(const DeviceClass&) const = default;
};

/// What the busy times of all stages on some of the classes add up to at least,
/// because no other class runs the ops.
struct ClassFloor {
  std::vector<int> classes;
  std::chrono::nanoseconds busy{0};
  /// Whether CostFloors::together comes on top.
  bool with_together = false;
};

/// What no segment can be cheaper than, on any class: what lets the planner
/// leave out segments without asking for their cost, and prove bounds. Zero, or
/// empty, where nothing is known.
struct CostFloors {
  /// The cost of a segment is never below `stage` plus the sum of its ops'.
  std::vector<std::chrono::nanoseconds> ops;
  std::chrono::nanoseconds stage{0};
  /// What the busy times of any plan add up to at least, where that is more
  /// than the sum of the above: each of them may be rounded down.
  std::chrono::nanoseconds all{0};
  /// What the busy times of all stages of any plan with so many stages or fewer
  /// hold beside that, such as streaming what their memories cannot.
  std::function<std::chrono::nanoseconds(int num_stages)> together;
  std::vector<ClassFloor> by_classes;
};

/// The ops that each op needs first: its direct predecessors.
using Precedence = std::vector<std::vector<int>>;

/// Of a graph. Ops that share a state tensor need one another in the order in
/// which they run.
Precedence PrecedenceOf(const Graph& graph);

/// In how many parts that no tensor joins the ops fall. One pipeline may well
/// run several.
int NumParts(const Precedence& precedence);

/// What is to be planned.
struct PlanProblem {
  Precedence precedence;
  /// The order that a plan "for this order" cuts; empty: 0, 1, 2 ... Requires
  /// each op once, after its predecessors.
  std::vector<int> order;
  /// A plan over all orders is no worse than any that cuts one of these, also
  /// where there are too many orders to look at. Requirements as for `order`.
  std::vector<std::vector<int>> other_orders;
  std::vector<DeviceClass> classes;
  /// Of one stage.
  int max_replicas = 16;
  SegmentCosts* costs = nullptr;  ///< not owned
  CostFloors floors;

  int num_ops() const { return static_cast<int>(precedence.size()); }
};

/// The order that a plan for one order cuts, also where it is left empty.
std::vector<int> OrderOf(const PlanProblem& problem);

}  // namespace coralline
