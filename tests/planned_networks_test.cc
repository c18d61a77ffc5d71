// Plans of simulated devices beside every plan there is and beside what others
// make: for the networks that the paper swept, and for random ones.

#include <gtest/gtest.h>

#include <random>

#include "coralline/plan/planner.h"
#include "coralline/plan/reference_planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/sim/testing.h"
#include "tests/paper_baselines.h"

namespace coralline {
namespace {

using testing_util::ReferencePlanner;
using testing_util::TableCosts;

// The sets of ops that hold all that their members need.
std::vector<std::uint32_t> IdealsOf(const Precedence& precedence) {
  std::vector<std::uint32_t> ideals;
  const auto all = std::uint32_t{1} << precedence.size();
  for (std::uint32_t set = 0; set < all; ++set) {
    bool is_ideal = true;
    for (std::size_t op = 0; op < precedence.size(); ++op) {
      if (((set >> op) & 1U) == 0) continue;
      is_ideal = is_ideal && (TableCosts::SetOf(precedence[op]) & ~set) == 0;
    }
    if (is_ideal) ideals.push_back(set);
  }
  return ideals;
}

std::vector<int> OpsOf(std::uint32_t set) {
  std::vector<int> ops;
  for (int op = 0; op < 32; ++op) {
    if (((set >> op) & 1U) != 0) ops.push_back(op);
  }
  return ops;
}

// The cost of every segment of any order.
TableCosts TableOf(const PlanProblem& problem) {
  TableCosts table;
  const auto ideals = IdealsOf(problem.precedence);
  for (const std::uint32_t from : ideals) {
    for (const std::uint32_t to : ideals) {
      if (from == to || (from & ~to) != 0) continue;
      const std::uint32_t set = to & ~from;
      for (std::size_t c = 0; c < problem.classes.size(); ++c) {
        const auto cost = problem.costs->Of(OpsOf(set), static_cast<int>(c));
        if (cost) table.Set(set, static_cast<int>(c), *cost);
      }
    }
  }
  return table;
}

class PaperNetworksTest : public testing::TestWithParam<PaperSweep> {
 protected:
  // Calls the function with the model of each width.
  template <typename Function>
  void ForEachWidth(const Function& function) const {
    const PaperNetworks networks(GetParam().kind);
    for (int width = GetParam().first; width <= GetParam().last;
         width += GetParam().step) {
      SCOPED_TRACE(width);
      const Model model = networks.OfWidth(width);
      function(model);
      if (HasFatalFailure()) return;
    }
  }
};

TEST_P(PaperNetworksTest, HaveTheShapesOfTheGeneratedModels) {
  const PaperNetworks networks(GetParam().kind);
  for (const int width : {GetParam().first, GetParam().first + 200}) {
    const Graph graph = networks.OfWidth(width).graph;
    const Graph generated = GeneratePaperModel(GetParam().kind, width).graph;
    ASSERT_EQ(graph.ops, generated.ops);
    ASSERT_EQ(graph.tensors.size(), generated.tensors.size());
    for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
      const Tensor& tensor = graph.tensors[t];
      const Tensor& other = generated.tensors[t];
      EXPECT_EQ(tensor.shape, other.shape);
      EXPECT_EQ(tensor.constant_bytes, other.constant_bytes);
      EXPECT_EQ(tensor.quantization.scale.size(),
                other.quantization.scale.size());
      EXPECT_EQ(tensor.quantization.zero_point, other.quantization.zero_point);
    }
  }
}

TEST_P(PaperNetworksTest, ArePlannedAsExhaustiveSearchDoes) {
  ForEachWidth([](const Model& model) {
    for (const int max_replicas : {1, 16}) {
      for (int devices = 1; devices <= 4; ++devices) {
        const ModelProblem problem(model, EdgeTpus(devices),
                                   {.max_replicas = max_replicas});
        const TableCosts table = TableOf(problem.problem());
        for (const Objective objective :
             {Objective::kThroughput, Objective::kLatency}) {
          const PlanOptions options{.objective = objective};
          const auto plan = FindPlan(problem.problem(), options);
          const auto reference =
              ReferencePlanner(problem.problem(), table, options).Run();
          ASSERT_TRUE(plan && reference);
          EXPECT_EQ(plan->stages, reference->stages) << devices << " devices";
          EXPECT_EQ(plan->certificate->claim, Claim::kAllOrders);
        }
      }
    }
  });
}

TEST_P(PaperNetworksTest, AreNeverPlannedSlowerThanAnyBaseline) {
  ForEachWidth([](const Model& model) {
    for (int devices = 1; devices <= 8; ++devices) {
      SCOPED_TRACE(devices);
      const ModelProblem problem(model, EdgeTpus(devices), {.max_replicas = 1});
      const auto plan = FindPlan(problem.problem(), {});
      ASSERT_TRUE(plan);
      const ModelProblem with_replicas(model, EdgeTpus(devices), {});
      EXPECT_LE(FindPlan(with_replicas.problem(), {})->period, plan->period);
      const auto baselines = Baselines(problem).On(devices);
      EXPECT_EQ(baselines.size(), 5);
      for (const Baseline& baseline : baselines) {
        EXPECT_LE(plan->period, baseline.plan.period) << baseline.strategy;
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Sweeps, PaperNetworksTest,
                         testing::ValuesIn(kPaperSweeps),
                         [](const auto& sweep) { return sweep.param.kind; });

// The floors of the simulated costs leave out no plan that is needed.
TEST(RandomNetworks, ArePlannedAsExhaustiveSearchDoesOverAllOrders) {
  int solved = 0;
  int with_other_orders = 0;
  for (int seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Model model{.name = "random"};
    model.graph = testing_util::RandomNetwork(seed).Dag(4 + seed % 7);
    const double part = std::vector{1.5, 0.6, 0.2}[seed % 3];
    const auto spec = testing_util::SpecFor(part, model.graph);
    const ModelProblem simulated(
        model, {{.name = "tpu", .count = 1 + seed / 3 % 3, .spec = spec}},
        {.max_replicas = 1 + seed % 2});
    TableCosts table = TableOf(simulated.problem());
    PlanProblem problem = simulated.problem();
    problem.costs = &table;
    for (const Objective objective :
         {Objective::kThroughput, Objective::kLatency}) {
      const PlanOptions options{.objective = objective};
      const auto plan = FindPlan(problem, options);
      const auto reference = ReferencePlanner(problem, table, options).Run();
      ASSERT_EQ(plan.has_value(), reference.has_value());
      if (!plan) continue;
      ++solved;
      ASSERT_EQ(ValueOf(*plan, objective), ValueOf(*reference, objective));
      ASSERT_LE(FloorBound(problem, options),
                std::get<0>(ValueOf(*plan, objective)));
      const auto one =
          FindPlan(problem, {.objective = objective, .all_orders = false});
      with_other_orders +=
          !one || ValueOf(*one, objective) > ValueOf(*plan, objective);
    }
  }
  EXPECT_GT(solved, 700);  // of 800
  EXPECT_GT(with_other_orders, 20);
}

}  // namespace
}  // namespace coralline
