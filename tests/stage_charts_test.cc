// The charts of the stages of a plan: costs, cut map, memory map.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "coralline/plan/planner.h"
#include "coralline/report/cut_map.h"
#include "coralline/report/memory_map.h"
#include "coralline/report/plan_stages.h"
#include "coralline/report/stage_chart.h"
#include "coralline/zoo/networks.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

// A model planned on simulated devices.
class Planned {
 public:
  Planned(Model model, int devices)
      : model_(std::move(model)),
        problem_(model_, {GroupOf(devices)}, {}),
        explained_(ExplainPlan(
            problem_, *FindPlan(problem_.problem(), {.all_orders = false}))) {}

  const Graph& graph() const { return model_.graph; }
  const ExplainedPlan& explained() const { return explained_; }
  std::vector<ChartedStage> Stages(Origin origin = Origin::kSimulated) const {
    return ChartedStagesOf(problem_, explained_,
                           std::vector(explained_.plan.stages.size(), origin));
  }

 private:
  static DeviceGroup GroupOf(int count) {
    return {.name = "edgetpu-pcie",
            .count = count,
            .spec = ReadDeviceSpec("edgetpu-pcie")};
  }

  Model model_;
  ModelProblem problem_;
  ExplainedPlan explained_;
};

// It streams on one device, and not on three.
Model Wide() { return GenerateFullyConnected({.width = 2620}); }

std::int64_t BytesOf(const DeviceMemory& memory, MemoryUse use) {
  std::int64_t bytes = 0;
  for (const MemoryPiece& piece : memory.pieces) {
    if (piece.use == use) bytes += piece.bytes;
  }
  return bytes;
}

TEST(StageCosts, PartsAddUpToTheBusyTime) {
  for (const int devices : {1, 3}) {
    const Planned planned(Wide(), devices);
    const auto stages = planned.Stages();
    const Chart chart = StageCosts(stages);
    const auto& bars = std::get<BarChart>(chart.body);
    ASSERT_EQ(bars.bars.size(), stages.size());
    for (std::size_t i = 0; i < stages.size(); ++i) {
      double sum = 0;
      for (const BarPart& part : bars.parts) sum += part.values[i];
      EXPECT_NEAR(sum, stages[i].busy_ms, 1e-5);
    }
    EXPECT_EQ(chart.origin, Origin::kSimulated);
  }
}

TEST(StageCosts, OfMeasuredStagesAreOnePart) {
  const auto stages = Planned(Wide(), 2).Stages(Origin::kMeasured);
  const Chart chart = StageCosts(stages);
  const auto& bars = std::get<BarChart>(chart.body);
  ASSERT_EQ(bars.parts.size(), 1U);
  EXPECT_EQ(bars.parts[0].name, "measured");
  EXPECT_DOUBLE_EQ(bars.parts[0].values[0], stages[0].busy_ms);
  EXPECT_EQ(chart.origin, std::nullopt);
}

TEST(MemoryChart, PiecesAddUpToThePlacement) {
  for (const int devices : {1, 3}) {
    const Planned planned(Wide(), devices);
    const auto stages = planned.Stages();
    const Chart chart = MemoryChart(planned.graph(), stages);
    const auto& map = std::get<MemoryMap>(chart.body);
    ASSERT_EQ(map.devices.size(), stages.size());
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const DeviceMemory& memory = map.devices[i];
      const Placement& placement = stages[i].cost.placement;
      EXPECT_EQ(BytesOf(memory, MemoryUse::kCached), placement.cached_bytes);
      EXPECT_EQ(BytesOf(memory, MemoryUse::kStreamed),
                placement.streamed_bytes);
      EXPECT_EQ(BytesOf(memory, MemoryUse::kCached) +
                    BytesOf(memory, MemoryUse::kFree),
                memory.capacity_bytes);
    }
    EXPECT_EQ(BytesOf(map.devices[0], MemoryUse::kStreamed) > 0, devices == 1);
  }
}

TEST(CutMapChart, HasEachOpInItsStage) {
  const Planned planned(GenerateNetwork("mobilenet_v2"), 3);
  const auto stages = planned.Stages();
  const Chart chart = CutMapChart(planned.graph(), stages);
  const auto& map = std::get<CutMap>(chart.body);
  ASSERT_EQ(static_cast<int>(map.ops.size()), planned.graph().num_ops());
  ASSERT_EQ(map.stages.size(), stages.size());
  std::int64_t bytes = 0;
  std::int64_t macs = 0;
  for (const MapOp& op : map.ops) {
    EXPECT_FALSE(op.name.empty());
    bytes += op.parameter_bytes;
    macs += op.macs;
  }
  EXPECT_EQ(bytes, ParameterBytes(planned.graph()));
  EXPECT_GT(macs, 0);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const int op : stages[i].segment.ops) {
      EXPECT_EQ(map.ops[op].stage, static_cast<int>(i));
    }
  }
}

TEST(CutMapChart, TimesOfOpsAddUpToTheStages) {
  const Planned planned(Wide(), 1);
  const auto stages = planned.Stages();
  const Chart chart = CutMapChart(planned.graph(), stages);
  double ms = 0;
  bool is_streamed = false;
  for (const MapOp& op : std::get<CutMap>(chart.body).ops) {
    ms += op.ms.value();
    is_streamed = is_streamed || op.is_streamed;
  }
  // What the first streamed byte costs is no op's.
  const double fixed_ms = ReadDeviceSpec("edgetpu-pcie").streaming_fixed_ms;
  EXPECT_NEAR(
      ms, stages[0].cost.compute_ms + stages[0].cost.streaming_ms - fixed_ms,
      1e-9);
  EXPECT_TRUE(is_streamed);
}

TEST(BottleneckText, SaysWhatTheSlowestStageDoes) {
  EXPECT_NE(BottleneckText(Planned(Wide(), 1).Stages())
                .find("There is one stage: it streams "),
            std::string::npos);
  const auto stages = Planned(Wide(), 3).Stages();
  EXPECT_EQ(BottleneckText(stages).find("Stage " +
                                        std::to_string(SlowestStage(stages)) +
                                        " is the bottleneck: "),
            0U);
}

}  // namespace
}  // namespace coralline
