// Networks with layers that no device holds: what splitting them is worth on
// simulated devices.

#include <gtest/gtest.h>

#include "coralline/planning/explanation.h"
#include "coralline/planning/split_planning.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

std::vector<DeviceGroup> Devices(int count) {
  return {{.name = "edgetpu-pcie",
           .count = count,
           .spec = ReadDeviceSpec("edgetpu-pcie")}};
}

std::int64_t StreamedBytes(const SplitPlan& planned, int count) {
  const ModelProblem problem(planned.model, Devices(count), {});
  std::int64_t bytes = 0;
  for (const auto& parts : ExplainPlan(problem, *planned.plan).parts) {
    bytes += parts.placement.streamed_bytes;
  }
  return bytes;
}

double Gain(const SplitPlan& planned) {
  return static_cast<double>(planned.unsplit->period.count()) /
         static_cast<double>(planned.plan->period.count());
}

void Show(const SplitPlan& planned, int count, double seconds) {
  std::printf(
      "%s on %d: %.3f ms, gain %.1f, streams %lld, stages %zu, dev %d, %.1f "
      "s\n",
      planned.model.name.c_str(), count,
      static_cast<double>(planned.plan->period.count()) / 1e6,
      planned.unsplit ? Gain(planned) : 0,
      static_cast<long long>(StreamedBytes(planned, count)),
      planned.plan->stages.size(), planned.plan->num_devices(), seconds);
  for (const auto& s : planned.splits)
    std::printf("  %s %d %d\n", s.tensor.c_str(), s.parts, s.as_convolution);
  if (planned.plan->certificate)
    std::printf("  %s\n", planned.plan->certificate->method.c_str());
}

TEST(SplitPlans, Explore) {
  for (auto [width, count] : {std::pair{2620, 2},
                              {3000, 3},
                              {3000, 4},
                              {3000, 8},
                              {4000, 6},
                              {4000, 8},
                              {5000, 10},
                              {6000, 15},
                              {6000, 16}}) {
    const auto start = std::chrono::steady_clock::now();
    const Model model = GenerateFullyConnected({.width = width});
    const auto planned =
        PlanWithSplits(model, Devices(count), {},
                       {.should_stop =
                            [start] {
                              return std::chrono::steady_clock::now() - start >
                                     std::chrono::seconds(10);
                            }},
                       SplitMode::kAuto);
    Show(planned, count,
         std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
             .count());
  }
}

}  // namespace
}  // namespace coralline
