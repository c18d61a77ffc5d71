#include "coralline/planning/plan_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coralline/plan/lazy_planner.h"
#include "coralline/planning/testing.h"

namespace coralline {
namespace {

using std::chrono::nanoseconds;
using testing::HasSubstr;
using testing_util::BranchingModel;
using testing_util::PlanOf;

// "costs: stage 0: ..." of what does not hold; empty when all does.
std::string WrongIn(const PlanDocument& document, const Model& model) {
  std::string wrong;
  for (const CheckItem& item : CheckPlan(document, model).items) {
    if (!item.ok) wrong += item.what + ": " + item.detail + "\n";
  }
  return wrong;
}

class CheckPlanTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(plan().stages.size(), 2U); }
  Plan& plan() { return document_.plan; }
  Certificate& certificate() { return *plan().certificate; }
  std::string Wrong() const { return WrongIn(document_, model_); }

  const Model model_ = BranchingModel();
  PlanDocument document_ = PlanOf(model_);
};

TEST_F(CheckPlanTest, HoldsForEachObjectiveAndClaim) {
  for (const bool all_orders : {true, false}) {
    const Plan fastest = PlanOf(model_, {.all_orders = all_orders}).plan;
    for (const PlanOptions& options :
         {PlanOptions{.all_orders = all_orders},
          {.objective = Objective::kLatency, .all_orders = all_orders},
          {.objective = Objective::kDevices,
          .target_period = fastest.period,
          .all_orders = all_orders}}) {
      document_ = PlanOf(model_, options);
      EXPECT_EQ(Wrong(), "");
      EXPECT_EQ(CheckPlan(document_, model_).items.size(), 5U);
    }
  }
}

TEST_F(CheckPlanTest, HoldsForANewExport) {
  const Model again = BranchingModel(true);
  for (const bool all_orders : {true, false}) {
    document_ = PlanOf(model_, {.all_orders = all_orders});
    const auto read = ParsePlanDocument(
        FormatPlanDocument(document_, model_.graph), "p.json", again);
    EXPECT_EQ(WrongIn(read, again), "");
  }
}

TEST_F(CheckPlanTest, FindsABoundThatIsNone) {
  certificate().claim = Claim::kWithin;
  EXPECT_EQ(Wrong(), "");
  certificate().bound -= 1;
  EXPECT_EQ(Wrong(), "");
  certificate().bound += 2;
  EXPECT_THAT(Wrong(), HasSubstr("certificate: 'within 0.0% of the optimum': "
                                 "the bound is"));
  certificate().bound -= 2;
  certificate().claim = Claim::kAllOrders;
  EXPECT_THAT(Wrong(), HasSubstr("certificate: 'optimal over all orders': the "
                                 "bound is"));
}

TEST_F(CheckPlanTest, FindsAPlanThatIsNotOptimal) {
  const ModelProblem problem(model_,
                             {{.name = "edgetpu-pcie",
                               .count = 3,
                               .spec = ReadDeviceSpec("edgetpu-pcie")}},
                             {.max_replicas = 1});
  const auto worse =
      PlanOfSegments(problem.problem(), std::vector<Segment>{OpRange(0, 6)});
  plan() = *worse;
  document_.origins = {Origin::kSimulated};
  plan().certificate =
      Certificate{.claim = Claim::kAllOrders, .bound = worse->period.count()};
  EXPECT_THAT(Wrong(), testing::StartsWith(
                           "certificate: 'optimal over all orders': there is "
                           "a plan below"));
  certificate().claim = Claim::kOneOrder;
  EXPECT_THAT(Wrong(), HasSubstr("there is a plan below"));
  plan().certificate.reset();
  EXPECT_EQ(Wrong(), "certificate: there is none\n");
  document_.strategy = Strategy::kCompiler;
  EXPECT_EQ(Wrong(), "");
  EXPECT_EQ(CheckPlan(document_, model_).items.back().detail,
            "none: cut by strategy 'compiler'");
}

TEST_F(CheckPlanTest, FindsCostsThatAreNotThoseOfTheDevices) {
  plan().stages[0].cost.busy -= nanoseconds(100);
  plan().latency -= nanoseconds(100);
  EXPECT_THAT(Wrong(), testing::StartsWith("costs: stage 0: found busy "));
  document_ = PlanOf(model_);
  plan().stages[1].cost.can_replicate = false;
  EXPECT_THAT(Wrong(), HasSubstr("costs: stage 1: "));
  document_ = PlanOf(model_);
  document_.origins[0] = Origin::kMeasured;
  EXPECT_EQ(Wrong(),
            "costs: stage 0 is called measured, and no such cost is known\n");
  // The same with the spec of a device that streams faster.
  document_ = PlanOf(model_);
  document_.classes[0].spec = ReadDeviceSpecText("edgetpu-usb3-desktop");
  EXPECT_THAT(Wrong(), HasSubstr("costs: stage 0: "));
}

TEST_F(CheckPlanTest, FindsAWrongPredictionAndTooManyDevices) {
  plan().latency += nanoseconds(1);
  EXPECT_THAT(Wrong(), testing::StartsWith("prediction: found a period of "));
  document_ = PlanOf(model_);
  document_.classes[0].device.count = 1;
  EXPECT_THAT(Wrong(), HasSubstr("devices of 'edgetpu-pcie'; there are 1"));
  document_ = PlanOf(model_);
  document_.max_devices = 1;
  EXPECT_THAT(Wrong(), HasSubstr("devices; expected 1 or fewer"));
  document_ = PlanOf(model_);
  plan().stages[0].replicas = 2;
  EXPECT_THAT(Wrong(), HasSubstr("stage 0 has 2 replicas; expected 1"));
  document_ = PlanOf(model_);
  std::swap(plan().stages[0], plan().stages[1]);
  EXPECT_THAT(Wrong(), testing::StartsWith("segments: "));
}

TEST_F(CheckPlanTest, ProvesPlansFromMeasuredCostsAgain) {
  const std::string device = "edgetpu-pcie";
  const ModelProblem problem(
      model_, {{.name = device, .count = 3, .spec = ReadDeviceSpec(device)}},
      {.max_replicas = 1});
  // Some segments take longer than simulated, one kind is refused.
  const MeasureCost measure =
      [&](std::span<const int> ops,
          int device_class) -> std::optional<StageCost> {
    if (ops.size() == 3) return std::nullopt;
    auto cost = problem.problem().costs->Of(ops, device_class);
    cost->busy = cost->busy * (10 + static_cast<int>(ops.size() % 4)) / 10;
    return cost;
  };
  const LazyOptions options{.optimism = 1};
  const LazyResult lazy = PlanLazily(problem.problem(), measure, options);
  ASSERT_TRUE(lazy.is_finished);
  document_ = DocumentOf(problem, options.plan, *lazy.plan,
                         {{device, ReadDeviceSpecText(device)}});
  document_.optimism = lazy.optimism;
  for (const LearntCost& learnt : lazy.learnt) {
    document_.known.push_back({.segment = learnt.segment,
                               .device_class = learnt.device_class,
                               .cost = learnt.cost,
                               .origin = Origin::kMeasured});
  }
  document_.origins.assign(plan().stages.size(), Origin::kMeasured);
  EXPECT_EQ(Wrong(), "");
  EXPECT_EQ(CheckPlan(document_, model_).items.size(), 6U);
  // What was measured is below what the proof takes for the least.
  document_.optimism = 1.25;
  EXPECT_THAT(Wrong(), HasSubstr("known costs: "));
  document_.optimism = 0.5;
  EXPECT_THAT(Wrong(), HasSubstr("there is a plan below"));
  document_.optimism = 1;
  document_.known.clear();
  EXPECT_NE(Wrong(), "");
}

}  // namespace
}  // namespace coralline
