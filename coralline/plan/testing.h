#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/graph/testing.h"
#include "coralline/plan/problem.h"

namespace coralline::testing_util {

/// Costs that a function gives.
class CostsBy : public SegmentCosts {
 public:
  using Function =
      std::function<std::optional<StageCost>(std::span<const int>)>;

  explicit CostsBy(Function cost) : cost_(std::move(cost)) {}
  std::optional<StageCost> Of(std::span<const int> ops, int) override {
    return cost_(ops);
  }

 private:
  Function cost_;
};

/// The busy time of a segment is the sum of its ops' `busy_ns`.
inline CostsBy SumOf(std::vector<int> busy_ns) {
  return CostsBy([busy_ns = std::move(busy_ns)](std::span<const int> ops) {
    StageCost cost;
    for (const int op : ops) cost.busy += std::chrono::nanoseconds(busy_ns[op]);
    return std::optional(cost);
  });
}

/// Ops that run one after another.
inline Precedence ChainOfOps(int num_ops) {
  Precedence precedence(num_ops);
  for (int op = 1; op < num_ops; ++op) precedence[op] = {op - 1};
  return precedence;
}

/// Costs without any rule, some of them missing, the same whenever asked for.
class RandomCosts : public SegmentCosts {
 public:
  explicit RandomCosts(std::uint32_t seed) : random_(seed) {}
  std::optional<StageCost> Of(std::span<const int> ops, int) override {
    const auto [at, is_new] =
        known_.try_emplace(std::vector<int>(ops.begin(), ops.end()));
    if (is_new && random_() % 8 > 0) {
      using std::chrono::nanoseconds;
      at->second = StageCost{.busy = nanoseconds(1 + random_() % 6),
                             .host = nanoseconds(random_() % 3),
                             .link = nanoseconds(random_() % 4)};
    }
    return at->second;
  }

 private:
  std::mt19937 random_;
  std::map<std::vector<int>, std::optional<StageCost>> known_;
};

/// One op after another, with so many bytes of parameters each.
inline Graph ChainOf(const std::vector<int>& parameter_bytes) {
  GraphMaker maker;
  int last = maker.Input("input");
  for (std::size_t i = 0; i < parameter_bytes.size(); ++i) {
    const std::string name = "op" + std::to_string(i);
    std::vector<int> inputs = {last};
    if (parameter_bytes[i] > 0) {
      inputs.push_back(maker.Constant(name + "/w", parameter_bytes[i]));
    }
    last = maker.Op(name, std::move(inputs));
  }
  return maker.Finish({last});
}

/// The number of ops of each segment.
inline std::vector<int> SizesOf(std::span<const Segment> segments) {
  std::vector<int> sizes;
  for (const Segment& segment : segments) {
    sizes.push_back(static_cast<int>(segment.ops.size()));
  }
  return sizes;
}

}  // namespace coralline::testing_util
