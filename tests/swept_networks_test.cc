// Sweeps of networks of the zoo: what the optimal plans are worth there.
// CORALLINE_ALL_NETWORKS=1 takes all of them: minutes.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "coralline/sweep/summary.h"
#include "coralline/zoo/networks.h"
#include "coralline/zoo/synthetic.h"

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

TEST(SweptNetworks, LayersThatFitNoDeviceAreInParts) {
  const std::vector<SweepModel> models = {
      {"fc_3000", [] { return GenerateFullyConnected({.width = 3000}); }}};
  SweepOptions options = Options(Objective::kThroughput);
  options.counts = {4};
  const auto rows = RunSweep(models, options, {});
  const SweptPlan& parts = rows.front().plan.value();
  EXPECT_EQ(parts.split_layers, 3);
  EXPECT_EQ(parts.off_chip_bytes, 0);
  EXPECT_LT(parts.low, parts.period);
  EXPECT_GT(parts.high, parts.period);
  EXPECT_EQ(rows[2].plan->split_layers, 0);  // equal layers

  options.split_layers = SplitMode::kNever;
  const auto whole = RunSweep(models, options, {}).front().plan.value();
  EXPECT_EQ(whole.split_layers, 0);
  EXPECT_GT(whole.period, 10 * parts.period);
}

}  // namespace
}  // namespace coralline
