#pragma once

#include <random>
#include <vector>

#include "coralline/plan/problem.h"

namespace coralline {

/// Orders in which the ops can run, for where there are too many to look at
/// all: first depth first, breadth first, and by how many results are alive;
/// then random changes of the best one. Each op has a key, and of those that
/// can run next the one with the smallest key does. Deterministic.
///
/// After Archer et al., "Practical Performance Guarantees for Pipelined DNN
/// Inference", ICML 2024, which keeps a population of keys.
class OrderSearch {
 public:
  OrderSearch(const Precedence& precedence, const std::vector<int>& order);

  /// One to look at.
  std::vector<int> Next();
  /// The last one was better than all before.
  void Keep();

 private:
  std::vector<double> KeysOf(const std::vector<int>& order) const;
  std::vector<int> OrderOfKeys() const;
  std::vector<int> DepthFirst() const;
  std::vector<int> BreadthFirst() const;
  std::vector<int> FewestAlive() const;

  const Precedence& precedence_;
  std::vector<std::vector<int>> followers_;
  std::vector<double> best_;  // keys of the best order
  std::vector<double> keys_;  // of the last
  int tried_ = 0;
  std::mt19937_64 random_{1};
};

}  // namespace coralline
