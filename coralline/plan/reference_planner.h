#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "coralline/plan/planner.h"

namespace coralline::testing_util {

/// Costs in a table, by the set of ops; for tests with up to 20 ops.
class TableCosts : public SegmentCosts {
 public:
  static std::uint32_t SetOf(std::span<const int> ops) {
    std::uint32_t set = 0;
    for (const int op : ops) set |= std::uint32_t{1} << op;
    return set;
  }

  void Set(std::uint32_t ops, int device_class, const StageCost& cost) {
    costs_[{ops, device_class}] = cost;
  }
  std::optional<StageCost> At(std::uint32_t ops, int device_class) const {
    const auto found = costs_.find({ops, device_class});
    if (found == costs_.end()) return std::nullopt;
    return found->second;
  }
  std::optional<StageCost> Of(std::span<const int> ops,
                              int device_class) override {
    return At(SetOf(ops), device_class);
  }

 private:
  std::map<std::pair<std::uint32_t, int>, StageCost> costs_;
};

/// Tries every plan there is: the definition of what FindPlan returns.
class ReferencePlanner {
 public:
  ReferencePlanner(const PlanProblem& problem, const TableCosts& costs,
                   const PlanOptions& options)
      : problem_(problem), costs_(costs), options_(options) {
    for (const DeviceClass& device : problem.classes) {
      left_.push_back(device.count);
      devices_left_ += device.count;
    }
    if (options.max_devices > 0) {
      devices_left_ = std::min(devices_left_, options.max_devices);
    }
  }

  std::optional<Plan> Run() {
    Extend(0);
    return best_;
  }

 private:
  std::uint32_t all() const {
    return (std::uint32_t{1} << problem_.num_ops()) - 1;
  }

  bool IsIdeal(std::uint32_t set) const {
    for (int op = 0; op < problem_.num_ops(); ++op) {
      if (((set >> op) & 1U) == 0) continue;
      for (const int before : problem_.precedence[op]) {
        if (((set >> before) & 1U) == 0) return false;
      }
    }
    // Of one order: everything up to some op.
    return options_.all_orders || std::has_single_bit(set + 1);
  }

  void Extend(std::uint32_t done) {
    if (done == all()) return Finish();
    for (std::uint32_t to = done + 1; to <= all(); ++to) {
      if ((to & done) != done || !IsIdeal(to)) continue;
      for (std::size_t c = 0; c < left_.size(); ++c) {
        const auto cost = costs_.At(to & ~done, static_cast<int>(c));
        if (!cost) continue;
        const int most =
            std::min({cost->can_replicate ? problem_.max_replicas : 1, left_[c],
                      devices_left_});
        for (int replicas = 1; replicas <= most; ++replicas) {
          AddStage(done, to, static_cast<int>(c), replicas, *cost);
        }
      }
    }
  }

  void AddStage(std::uint32_t done, std::uint32_t to, int device_class,
                int replicas, const StageCost& cost) {
    PlannedStage stage{
        .device_class = device_class, .replicas = replicas, .cost = cost};
    for (int op = 0; op < problem_.num_ops(); ++op) {
      if ((((to & ~done) >> op) & 1U) != 0) stage.segment.ops.push_back(op);
    }
    left_[device_class] -= replicas;
    devices_left_ -= replicas;
    stages_.push_back(std::move(stage));
    Extend(to);
    stages_.pop_back();
    devices_left_ += replicas;
    left_[device_class] += replicas;
  }

  void Finish() {
    Plan plan = MakePlan(stages_, problem_.classes);
    if (options_.objective == Objective::kDevices &&
        plan.period > options_.target_period) {
      return;
    }
    if (!best_ || ValueOf(plan, options_.objective) <
                      ValueOf(*best_, options_.objective)) {
      best_ = std::move(plan);
    }
  }

  const PlanProblem& problem_;
  const TableCosts& costs_;
  const PlanOptions& options_;
  std::vector<int> left_;
  int devices_left_ = 0;
  std::vector<PlannedStage> stages_;
  std::optional<Plan> best_;
};

}  // namespace coralline::testing_util
