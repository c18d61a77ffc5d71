#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "coralline/plan/plan.h"

namespace coralline {

/// What comes first. Ties go to the next: throughput to latency and then to
/// fewer devices; latency to throughput and then to fewer devices; devices to
/// throughput and then to latency. What is left is decided by the earliest
/// cuts, then by the first classes.
enum class Objective {
  kThroughput,  ///< the shortest period
  kLatency,     ///< the shortest time of one request
  kDevices,     ///< the fewest devices that keep the target period
};

/// "throughput", "latency", "devices".
std::string ObjectiveName(Objective objective);
/// Throws Error(kUsage), which lists the names, for any other.
Objective ParseObjective(std::string_view name);

struct PlanOptions {
  Objective objective = Objective::kThroughput;
  /// Required of kDevices, ignored by the others.
  std::chrono::nanoseconds target_period{0};
  /// Of all classes together; 0: as many as they have.
  int max_devices = 0;
  /// Whether to look at other orders than the problem's.
  bool all_orders = true;
  /// Beyond so many places to cut, or segments between them to look at, orders
  /// are searched instead of all of them: until that is so many segments again.
  std::int64_t max_boundaries = 1'000'000;
  std::int64_t max_segments = 30'000'000;
  int max_orders = 100;
  /// Asked now and then; true ends the search with the best plan so far. The
  /// problem's orders are always searched to their end.
  std::function<bool()> should_stop;
};

/// The best plan within the limits, and a certificate of how good it is: the
/// best over all orders of the ops where that can be decided within the
/// options, otherwise the best of many orders and a bound.
///
/// Where the floors of the costs show that no order can bring a ten thousandth
/// more, none is looked at.
///
/// nullopt where no plan exists: an op runs on no class, too few devices, or a
/// target that cannot be reached. Deterministic. Requires an op, a class, and
/// costs.
///
/// A plan is a path in the lattice of ideals: Tarnawski et al., "Efficient
/// Algorithms for Device Placement of DNN Graph Operators", NeurIPS 2020. The
/// period is found by bisection; at a given period each segment needs a known
/// number of replicas, and what is left is a shortest path. Cost: per period
/// tried, linear in the number of segments that the bounds leave over.
std::optional<Plan> FindPlan(const PlanProblem& problem,
                             const PlanOptions& options);

/// The plans that no other beats in period, latency and number of devices at
/// once, fastest first; of those whose periods are within 1 % one is enough.
/// Over the problem's order alone.
std::vector<Plan> ParetoFront(const PlanProblem& problem, int max_devices);

/// No plan has a smaller value of the objective, whatever its order: as the
/// floors of the costs tell. 0 where they tell nothing. In nanoseconds, or a
/// number of devices.
std::int64_t FloorBound(const PlanProblem& problem, const PlanOptions& options);

/// What the objective compares, in its order.
using PlanValue = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
PlanValue ValueOf(const Plan& plan, Objective objective);

}  // namespace coralline
