// Plans a network for up to four Edge TPUs that are not there, and says why the
// plan is as it is: the planner without files or devices.
#include <iostream>

#include "coralline/base/error.h"
#include "coralline/planning/explanation.h"
#include "coralline/zoo/synthetic.h"

namespace {

int PlanWithoutHardware() {
  using namespace coralline;
  const Model model = GenerateFullyConnected({.width = 2620});
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  const ModelProblem problem(
      model, {{.name = spec.name, .count = 4, .spec = spec}}, {});
  const auto plan = FindPlan(problem.problem(), {});
  if (!plan) problem.FailWithoutPlan();

  const ExplainedPlan explained = ExplainPlan(problem, *plan);
  for (std::size_t i = 0; i < plan->stages.size(); ++i) {
    const PlannedStage& stage = plan->stages[i];
    const SegmentCost& cost = explained.parts[i];
    std::cout << FormatSegment(stage.segment) << " on " << stage.replicas
              << ": computes " << cost.compute_ms << " ms, streams "
              << cost.placement.streamed_bytes << " B\n";
  }
  std::cout << "a result every " << plan->period.count() << " ns; "
            << plan->certificate->method << '\n';
  return 0;
}

}  // namespace

int main() {
  try {
    return PlanWithoutHardware();
  } catch (const coralline::Error& error) {
    std::cerr << error.what() << '\n';
    return static_cast<int>(error.kind());
  }
}
