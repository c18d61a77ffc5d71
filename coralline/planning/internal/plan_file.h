#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "coralline/planning/plan_document.h"

namespace coralline {

// What the writer and the reader of plan files have in common.
inline constexpr std::string_view kPlanSchema = "coralline.plan";
inline constexpr int kPlanVersion = 1;

// The name of the bound's unit in the file.
inline std::string_view BoundMember(Objective objective) {
  return objective == Objective::kDevices ? "bound_devices" : "bound_ns";
}

// Requests in a second.
inline double ThroughputOf(const Plan& plan) {
  return 1e9 / static_cast<double>(plan.period.count());
}

// The value of the objective, and by how much of the bound it is above that.
inline std::int64_t ValueOf(const PlanDocument& document) {
  return std::get<0>(ValueOf(document.plan, document.objective));
}
inline double GapOf(std::int64_t value, std::int64_t bound) {
  return static_cast<double>(value - bound) / static_cast<double>(bound);
}

}  // namespace coralline
