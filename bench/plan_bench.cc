// What it takes to plan a network on simulated devices, from the graph to the
// plan: the costs of its segments included, reading its file not. Counters say
// how much was looked at, and how good the plan is proved to be.

#include <benchmark/benchmark.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench/networks.h"
#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"
#include "coralline/tflite/reader.h"

namespace coralline {
namespace {

// The most memory that this process held since ResetPeakMemory, where Linux
// tells.
double PeakMiB() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib / 1024;
  }
  return 0;
}
void ResetPeakMemory() { std::ofstream("/proc/self/clear_refs") << 5; }

double MsOf(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

void ReportPlan(const Plan& plan, Objective objective,
                benchmark::State& state) {
  const Certificate& certificate = plan.certificate.value();
  const auto value = std::get<0>(ValueOf(plan, objective));
  state.counters["boundaries"] = static_cast<double>(certificate.boundaries);
  state.counters["segments"] = static_cast<double>(certificate.segments);
  state.counters["orders"] = static_cast<double>(certificate.orders);
  state.counters["devices"] = plan.num_devices();
  state.counters["period_ms"] = MsOf(plan.period.count());
  state.counters["latency_ms"] = MsOf(plan.latency.count());
  state.counters["gap_%"] = 100 * (MsOf(value) / MsOf(certificate.bound) - 1);
  state.counters["peak_MiB"] = PeakMiB();
  constexpr std::array kClaims = {"all orders", "one order", "gap"};
  state.SetLabel(kClaims[static_cast<std::size_t>(certificate.claim)]);
}

// Arguments: devices, whether stages may have replicas, and the objective.
void PlanOn(const Model& model, benchmark::State& state,
            PlanOptions planning = {}) {
  planning.objective = static_cast<Objective>(state.range(2));
  const std::vector<DeviceGroup> groups = {
      {.name = "edgetpu-pcie",
       .count = static_cast<int>(state.range(0)),
       .spec = ReadDeviceSpec("edgetpu-pcie")}};
  const ProblemOptions options{.max_replicas = state.range(1) != 0 ? 16 : 1};
  ResetPeakMemory();
  std::optional<Plan> plan;
  for (auto _ : state) {
    const ModelProblem problem(model, groups, options);
    plan = FindPlan(problem.problem(), planning);
  }
  if (plan) {
    ReportPlan(*plan, planning.objective, state);
  } else {
    state.SkipWithError("no plan");
  }
}

constexpr int kThroughput = static_cast<int>(Objective::kThroughput);
constexpr int kLatency = static_cast<int>(Objective::kLatency);

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"devices", "replicas", "objective"})
      ->Unit(benchmark::kMillisecond)
      ->ArgsProduct({{1, 2, 4, 8, 16}, {0, 1}, {kThroughput, kLatency}});
}

void BM_Residual209(benchmark::State& state) {
  PlanOn({.name = "residual", .graph = ResidualNetwork().Make()}, state);
}
BENCHMARK(BM_Residual209)->Apply(Sizes);

void BM_InceptionV4(benchmark::State& state) {
  PlanOn({.name = "inception_v4", .graph = InceptionV4().Make()}, state);
}
BENCHMARK(BM_InceptionV4)->Apply(Sizes);

// As where all orders are too many to look at.
void BM_InceptionV4ByOrders(benchmark::State& state) {
  PlanOn({.name = "inception_v4", .graph = InceptionV4().Make()}, state,
         {.max_boundaries = 1000});
}
BENCHMARK(BM_InceptionV4ByOrders)->Apply(Sizes);

void BM_MoveNet(benchmark::State& state) {
  const auto path = std::filesystem::path(CORALLINE_MODELS_DIR) /
                    "movenet_single_pose_lightning_ptq.tflite";
  if (!std::filesystem::exists(path)) {
    return state.SkipWithError("the shared models are not here");
  }
  PlanOn(ReadTflite(path), state);
}
BENCHMARK(BM_MoveNet)->Apply(Sizes);

// How the cost grows with the number of ops.
void BM_ChainOf(benchmark::State& state) {
  const auto num_ops = static_cast<int>(state.range(3));
  PlanOn({.name = "chain", .graph = ConvChain().Make(num_ops)}, state);
}
BENCHMARK(BM_ChainOf)
    ->ArgNames({"devices", "replicas", "objective", "ops"})
    ->Unit(benchmark::kMillisecond)
    ->ArgsProduct({{1, 2, 4, 8, 16},
                   {0, 1},
                   {kThroughput, kLatency},
                   {125, 250, 500, 1000}});

}  // namespace
}  // namespace coralline
