// Sweeps of networks of the zoo: what the optimal plans are worth there.
// CORALLINE_ALL_NETWORKS=1 takes all of them: minutes.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "coralline/sweep/summary.h"
#include "coralline/zoo/networks.h"

namespace coralline {
namespace {

std::vector<SweepModel> Networks() {
  std::vector<std::string> names = {"mobilenet_v1", "inception_v1", "resnet50"};
  if (std::getenv("CORALLINE_ALL_NETWORKS") != nullptr) {
    names.clear();
    for (const Architecture& network : Architectures()) {
      names.emplace_back(network.name);
    }
  }
  std::vector<SweepModel> models;
  for (const std::string& name : names) {
    models.push_back({name, [name] { return GenerateNetwork(name); }});
  }
  return models;
}

SweepOptions Options(Objective objective) {
  return {.device = {.name = "edgetpu-pcie",
                     .spec = ReadDeviceSpec("edgetpu-pcie")},
          .counts = {1, 2, 3, 4, 5, 6, 7, 8},
          .strategies = {Strategy::kOptimal, Strategy::kCompiler,
                         Strategy::kEqualLayers, Strategy::kBalanced,
                         Strategy::kLibcoral},
          .plan = {.objective = objective},
          .libcoral = {.diff_threshold = std::chrono::microseconds(10)},
          .time_limit = std::chrono::seconds(10),
          .jobs = 2};
}

// Behind no other method, nor behind one device; and more devices do no harm.
TEST(SweptNetworks, OptimalIsNeverBehind) {
  for (const Objective objective :
       {Objective::kThroughput, Objective::kLatency}) {
    const auto rows = RunSweep(Networks(), Options(objective), {});
    const SweepSummary summary(rows, objective);
    const SweepRow* last = nullptr;
    for (const SweepRow& row : rows) {
      SCOPED_TRACE(ObjectiveName(objective) + ": " + row.model.name + " on " +
                   std::to_string(row.count) + ", " +
                   StrategyName(row.strategy));
      if (row.plan) {
        EXPECT_GE(summary.OptimalAhead(row).value(), 1);
      }
      if (row.strategy != Strategy::kOptimal) continue;
      ASSERT_TRUE(row.plan);
      EXPECT_GE(SweepSummary::SpeedUp(row).value(), 1);
      const bool has_fewer = last != nullptr &&
                             last->model.name == row.model.name &&
                             objective == Objective::kThroughput;
      if (has_fewer) {
        EXPECT_LE(row.plan->period, last->plan->period);
      }
      last = &row;
    }
  }
}

}  // namespace
}  // namespace coralline
