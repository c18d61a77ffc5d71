#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "coralline/plan/problem.h"

namespace coralline {

/// The boundaries at which a pipeline may be cut, from nothing done (0) to all
/// done (the last), and the single ops that lead from one to another. A
/// boundary is an ideal: a set of ops that holds whatever its members need. A
/// segment is the difference of two of them, one of which holds the other.
struct Lattice {
  struct Step {
    int op = 0;
    int rank = 0;  ///< of the op in one order in which all can run
    int to = 0;    ///< the boundary with this op done too
  };

  /// Of boundary b: steps[first[b]] up to steps[first[b + 1]], by rank. They
  /// lead to boundaries with higher numbers.
  std::vector<int> first;
  std::vector<Step> steps;

  int num_boundaries() const { return static_cast<int>(first.size()) - 1; }
  std::span<const Step> StepsFrom(int boundary) const {
    return std::span(steps).subspan(first[boundary],
                                    first[boundary + 1] - first[boundary]);
  }
};

/// The ops from one boundary to a later one, by rank.
std::vector<int> OpsBetween(const Lattice& lattice, int from, int to);

/// The boundaries of one order: a chain of order.size() + 1.
Lattice LatticeOfOrder(std::span<const int> order);

/// The boundaries of all orders, smaller ones first. Parallel branches
/// multiply, what comes one after another adds. nullopt where there are more
/// than `max_boundaries`, or `should_stop`, asked now and then, turned true.
/// `order` is any order in which the ops can run.
std::optional<Lattice> LatticeOfAllOrders(
    const Precedence& precedence, std::span<const int> order,
    std::int64_t max_boundaries, const std::function<bool()>& should_stop = {});

}  // namespace coralline
