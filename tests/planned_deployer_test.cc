#include "coralline/runtime/planned_deployer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "coralline/device/testing.h"
#include "coralline/zoo/synthetic.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_util::FakeDevice;
using testing_util::FakeExecutable;

// Eight layers of 2.25 MB: an Edge TPU keeps three of them.
const Model& BigModel() {
  static const Model model =
      GenerateFullyConnected({.width = 1500, .layers = 10, .input = 1500});
  return model;
}

// What fake devices were asked to load, and which of them refuse to.
struct Loads {
  int count = 0;
  std::set<int> dead;                            // throw Error(kDevice)
  std::function<bool(const Model&)> is_refused;  // throws Error(kModel)
};

// Edge TPUs as the planner sees them, which load at once.
DevicePool FakePool(int count, Loads& loads) {
  DevicePool pool{.kind_of = std::vector<int>(count, 0),
                  .kinds = {{.name = "edgetpu-pcie",
                             .count = count,
                             .spec = ReadDeviceSpec("edgetpu-pcie")}}};
  for (int i = 0; i < count; ++i) {
    pool.devices.push_back(std::make_unique<FakeDevice>(
        [&loads, i](const Model& segment) -> std::unique_ptr<Executable> {
          ++loads.count;
          if (loads.dead.count(i) > 0) {
            throw Error(ErrorKind::kDevice, "dead");
          }
          if (loads.is_refused && loads.is_refused(segment)) {
            throw Error(ErrorKind::kModel, "refused");
          }
          return std::make_unique<FakeExecutable>(
              SpecsOf(segment.graph, segment.graph.inputs),
              SpecsOf(segment.graph, segment.graph.outputs), nullptr);
        }));
  }
  return pool;
}

std::vector<int> DevicesOf(const Deployment& deployment) {
  std::vector<int> devices;
  for (const auto& stage : deployment.stages) {
    for (const Replica& replica : stage) devices.push_back(replica.device);
  }
  std::sort(devices.begin(), devices.end());
  return devices;
}

// One for each device: its executable, or null.
std::vector<std::shared_ptr<Executable>> ExecutablesOf(
    const Deployment& deployment, int num_devices) {
  std::vector<std::shared_ptr<Executable>> executables(num_devices);
  for (const auto& stage : deployment.stages) {
    for (const Replica& replica : stage) {
      executables[replica.device] = replica.executable;
    }
  }
  return executables;
}

class PlannedDeployerTest : public testing::Test {
 protected:
  PlannedDeployer Make(int count, PlannedDeployerOptions options = {}) {
    return {BigModel(), FakePool(count, loads_), std::move(options)};
  }
  static std::vector<DeviceHealth> AllWell(int count) {
    return std::vector<DeviceHealth>(count);
  }

  Loads loads_;
};

TEST_F(PlannedDeployerTest, RunsWhatThePlannerFindsBest) {
  auto deployer = Make(4);
  const auto deployment = deployer.Deploy(AllWell(4));
  ASSERT_TRUE(deployment);
  const ModelProblem problem(
      BigModel(),
      {{.name = "tpu", .count = 4, .spec = ReadDeviceSpec("edgetpu-pcie")}},
      {});
  const auto best = FindPlan(problem.problem(), {});
  EXPECT_EQ(deployment->period, best->period);
  EXPECT_EQ(deployer.plan(), *best);
  ASSERT_EQ(deployment->stages.size(), best->stages.size());
  for (std::size_t i = 0; i < best->stages.size(); ++i) {
    ASSERT_EQ(static_cast<int>(deployment->stages[i].size()),
              best->stages[i].replicas);
    EXPECT_EQ(deployment->stages[i][0].predicted, best->stages[i].cost.busy);
  }
  EXPECT_TRUE(deployment->can_rerun);
  EXPECT_THAT(deployment->failed, IsEmpty());
}

TEST_F(PlannedDeployerTest, LoadsNothingTwice) {
  auto deployer = Make(4);
  const auto before = deployer.Deploy(AllWell(4));
  const int loads = loads_.count;
  const auto after = deployer.Deploy(AllWell(4));
  EXPECT_EQ(loads_.count, loads);
  EXPECT_EQ(ExecutablesOf(*before, 4), ExecutablesOf(*after, 4));
}

TEST_F(PlannedDeployerTest, WithoutALostDeviceTheOthersRunAll) {
  auto deployer = Make(4);
  const auto before = deployer.Deploy(AllWell(4));
  auto devices = AllWell(4);
  devices[1].usable = false;
  const auto after = deployer.Deploy(devices);
  ASSERT_TRUE(after);
  const auto used = DevicesOf(*after);
  EXPECT_EQ(std::count(used.begin(), used.end(), 1), 0);
  EXPECT_GT(after->period, before->period);
  EXPECT_FALSE(deployer.plan().certificate);
}

TEST_F(PlannedDeployerTest, SurvivorsKeepWhatTheyHaveLoaded) {
  // The whole model on each, as replicas: a loss changes nothing for others.
  std::vector<PlacedStage> stages = {{OpRange(0, 10), {0, 1, 2}}};
  auto deployer = Make(3, {.first = stages});
  const auto before = ExecutablesOf(*deployer.Deploy(AllWell(3)), 3);
  EXPECT_EQ(loads_.count, 3);
  auto devices = AllWell(3);
  devices[0].usable = false;
  const auto without = deployer.Deploy(devices);
  ASSERT_TRUE(without);
  // Once it is back, it loads again what it had, and the others keep theirs.
  const auto after = ExecutablesOf(*deployer.Deploy(AllWell(3)), 3);
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
  EXPECT_EQ(after[2], before[2]);
}

TEST_F(PlannedDeployerTest, TheFirstDeploymentComesBackWhenAllIsWell) {
  auto deployer = Make(4);
  deployer.Deploy(AllWell(4));
  const Plan first = deployer.plan();
  auto devices = AllWell(4);
  devices[3].usable = false;
  deployer.Deploy(devices);
  EXPECT_NE(deployer.plan(), first);
  deployer.Deploy(AllWell(4));
  EXPECT_EQ(deployer.plan(), first);
}

TEST_F(PlannedDeployerTest, ASlowDeviceGetsLess) {
  auto deployer = Make(3);
  const auto before = deployer.Deploy(AllWell(3));
  auto devices = AllWell(3);
  devices[0].slowdown = 3;
  const auto after = deployer.Deploy(devices);
  ASSERT_TRUE(after);
  for (const auto& stage : after->stages) {
    for (const Replica& replica : stage) {
      if (replica.device != 0) continue;
      EXPECT_LE(2.9 * static_cast<double>(replica.predicted.count()),
                static_cast<double>(after->period.count() *
                                    static_cast<int>(stage.size())));
    }
  }
  EXPECT_GT(after->period, before->period);
}

TEST_F(PlannedDeployerTest, ADeviceThatFailsToLoadIsLeftOut) {
  auto deployer = Make(4);
  deployer.Deploy(AllWell(4));
  auto devices = AllWell(4);
  devices[2].usable = false;
  deployer.Deploy(devices);
  loads_.dead = {2};
  const auto again = deployer.Deploy(AllWell(4));
  ASSERT_TRUE(again);
  EXPECT_THAT(again->failed, ElementsAre(2));
  const auto used = DevicesOf(*again);
  EXPECT_EQ(std::count(used.begin(), used.end(), 2), 0);
}

TEST_F(PlannedDeployerTest, ADeviceThatFailsAtFirstIsAnError) {
  auto deployer = Make(2);
  loads_.dead = {0, 1};
  EXPECT_THROW(deployer.Deploy(AllWell(2)), Error);
}

TEST_F(PlannedDeployerTest, ASegmentThatIsRefusedIsCutOtherwise) {
  auto unhindered = Make(4);
  unhindered.Deploy(AllWell(4));
  const auto refused = unhindered.plan().stages.front().segment.ops.size();
  loads_.is_refused = [&](const Model& segment) {
    return segment.graph.ops.size() == refused;
  };
  auto deployer = Make(4);
  const auto deployment = deployer.Deploy(AllWell(4));
  ASSERT_TRUE(deployment);
  for (const PlannedStage& stage : deployer.plan().stages) {
    EXPECT_NE(stage.segment.ops.size(), refused);
  }
}

TEST_F(PlannedDeployerTest, AModelThatIsAlwaysRefusedIsAnError) {
  loads_.is_refused = [](const Model&) { return true; };
  auto deployer = Make(2);
  try {
    deployer.Deploy(AllWell(2));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_STREQ(error.what(), "refused");
  }
}

TEST_F(PlannedDeployerTest, NoDevicesNoDeployment) {
  auto deployer = Make(2);
  deployer.Deploy(AllWell(2));
  std::vector<DeviceHealth> devices(2, {.usable = false});
  EXPECT_FALSE(deployer.Deploy(devices));
  devices[1].usable = true;
  EXPECT_TRUE(deployer.Deploy(devices));
}

TEST_F(PlannedDeployerTest, EqualNamesAreToldApart) {
  EXPECT_EQ(Make(2).device_name(1), "fake #1");
  EXPECT_EQ(Make(1).device_name(0), "fake");
}

TEST_F(PlannedDeployerTest, EstimatesOfACpuAreNoPrediction) {
  DevicePool pool = FakePool(2, loads_);
  pool.kinds[0] = {.name = "cpu", .count = 2};
  PlannedDeployer deployer(BigModel(), std::move(pool), {});
  const auto deployment = deployer.Deploy(AllWell(2));
  ASSERT_TRUE(deployment);
  EXPECT_EQ(deployment->period, nanoseconds(0));
  EXPECT_EQ(deployment->stages[0][0].predicted, nanoseconds(0));
  EXPECT_GT(deployer.plan().period, nanoseconds(0));
  EXPECT_THAT(deployer.origins(), testing::Each(Origin::kEstimated));
}

TEST_F(PlannedDeployerTest, KnownCostsAreThePrediction) {
  DevicePool pool = FakePool(2, loads_);
  pool.kinds[0] = {.name = "cpu", .count = 2};
  const Segment whole = OpRange(0, 10);
  PlannedDeployer deployer(
      BigModel(), std::move(pool),
      {.known = {{whole, 0, StageCost{.busy = nanoseconds(5000)}}},
       .first = {{{whole, {0, 1}}}}});
  const auto deployment = deployer.Deploy(AllWell(2));
  ASSERT_TRUE(deployment);
  EXPECT_EQ(deployment->period, nanoseconds(2500));
  EXPECT_EQ(deployment->stages[0][1].predicted, nanoseconds(5000));
  // The guesses for other cuts promise nothing, so the one left runs it whole.
  auto devices = AllWell(2);
  devices[0].usable = false;
  EXPECT_EQ(deployer.Deploy(devices)->period, nanoseconds(5000));
}

TEST_F(PlannedDeployerTest, UnequalDevicesRunCopiesOfTheWholeModel) {
  DevicePool pool = FakePool(3, loads_);
  pool.kinds[0] = {.name = "cpu", .count = 3};
  const Segment whole = OpRange(0, 10);
  const KnownCost cost{whole, 0, StageCost{.busy = nanoseconds(6000)}};
  PlannedDeployer deployer(BigModel(), std::move(pool),
                           {.known = {cost}, .first = {{{whole, {0, 1, 2}}}}});
  const auto before = ExecutablesOf(*deployer.Deploy(AllWell(3)), 3);
  auto devices = AllWell(3);
  devices[1].slowdown = 2;
  const auto after = deployer.Deploy(devices);
  ASSERT_TRUE(after);
  // Two and a half devices' worth, but for how slowdowns are rounded.
  EXPECT_NEAR(static_cast<double>(after->period.count()), 2400, 24);
  EXPECT_EQ(ExecutablesOf(*after, 3), before);
}

}  // namespace
}  // namespace coralline
