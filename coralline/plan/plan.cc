#include "coralline/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "coralline/base/check.h"

namespace coralline {

using std::chrono::nanoseconds;

std::string ClaimText(const Certificate& certificate, std::int64_t value) {
  switch (certificate.claim) {
    case Claim::kAllOrders:
      return "optimal over all orders";
    case Claim::kOneOrder:
      return "optimal for this order";
    case Claim::kWithin:
      break;
  }
  const std::int64_t bound = certificate.bound;
  if (bound <= 0) return "without a bound";
  const std::int64_t over = std::max<std::int64_t>(0, value - bound);
  const std::int64_t tenths = (over * 1000 + bound - 1) / bound;
  return fmt::format("within {}.{}% of the optimum", tenths / 10, tenths % 10);
}

int Plan::num_devices() const {
  return std::accumulate(
      stages.begin(), stages.end(), 0,
      [](int sum, const PlannedStage& stage) { return sum + stage.replicas; });
}

std::vector<Segment> Plan::segments() const {
  std::vector<Segment> segments;
  for (const PlannedStage& stage : stages) segments.push_back(stage.segment);
  return segments;
}

nanoseconds Load::period() const {
  nanoseconds period = std::max(slowest_stage, host);
  for (const nanoseconds link : links) period = std::max(period, link);
  return period;
}

Load LoadOf(std::span<const PlannedStage> stages,
            std::span<const DeviceClass> classes) {
  Load load{.links = std::vector<nanoseconds>(classes.size())};
  for (const PlannedStage& stage : stages) {
    load.slowest_stage = std::max(load.slowest_stage, stage.period());
    load.host += stage.cost.host;
    if (classes[stage.device_class].shares_link) {
      load.links[stage.device_class] += stage.cost.link;
    }
  }
  return load;
}

Plan MakePlan(std::vector<PlannedStage> stages,
              std::span<const DeviceClass> classes) {
  Plan plan{.stages = std::move(stages)};
  plan.period = LoadOf(plan.stages, classes).period();
  for (const PlannedStage& stage : plan.stages) {
    plan.latency += stage.cost.busy;
  }
  return plan;
}

std::optional<Plan> PlanOfSegments(const PlanProblem& problem,
                                   std::span<const Segment> segments,
                                   int device_class) {
  CORALLINE_CHECK(problem.costs != nullptr);
  std::vector<PlannedStage> stages;
  for (const Segment& segment : segments) {
    const auto cost = problem.costs->Of(segment.ops, device_class);
    if (!cost) return std::nullopt;
    stages.push_back(
        {.segment = segment, .device_class = device_class, .cost = *cost});
  }
  return MakePlan(std::move(stages), problem.classes);
}

}  // namespace coralline
