// How much slower than the planner's plans those of other methods are, on
// simulated Edge TPUs fed by our own runtime: for every network that the paper
// swept and 1 to 8 devices. Prints CSV, one line a plan, and then the median
// and the largest ratio of each method as comments. "ratio" is to the best plan
// with a device per segment, "ratio_replicas" to the best with any number.

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "bench/spread.h"
#include "coralline/plan/planner.h"
#include "tests/paper_baselines.h"

namespace coralline {
namespace {

using Key = std::tuple<std::string, int, std::string>;

struct Ratios {
  std::vector<double> alone;
  std::vector<double> replicas;
};

double MsOf(const Plan& plan) {
  return static_cast<double>(plan.period.count()) / 1e6;
}

Plan BestPlan(const Model& model, int devices, int max_replicas) {
  const ModelProblem problem(model, EdgeTpus(devices),
                             {.max_replicas = max_replicas});
  return FindPlan(problem.problem(), {}).value();
}

void Report(const std::string& kind, int width, const Model& model,
            std::map<Key, Ratios>& ratios) {
  for (int devices = 1; devices <= 8; ++devices) {
    const ModelProblem problem(model, EdgeTpus(devices), {.max_replicas = 1});
    const double alone = MsOf(BestPlan(model, devices, 1));
    const double replicas = MsOf(BestPlan(model, devices, 16));
    for (const auto& [strategy, plan] : Baselines(problem).On(devices)) {
      const double ms = MsOf(plan);
      fmt::print("{},{},{},\"{}\",{},{:.6f},{:.4f},{:.4f}\n", kind, width,
                 devices, strategy, plan.num_devices(), ms, ms / alone,
                 ms / replicas);
      Ratios& all = ratios[{kind, devices, strategy}];
      all.alone.push_back(ms / alone);
      all.replicas.push_back(ms / replicas);
    }
  }
}

void PrintSummary(const std::map<Key, Ratios>& ratios) {
  fmt::print(
      "# | net | devices | method | ratio: median | max | to replicas: "
      "median | max |\n# |---|---|---|---|---|---|---|\n");
  for (const auto& [key, all] : ratios) {
    const auto& [kind, devices, strategy] = key;
    const bench::Spread alone = bench::SpreadOf(all.alone);
    const bench::Spread replicas = bench::SpreadOf(all.replicas);
    fmt::print("# | {} | {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} |\n", kind,
               devices, strategy, alone.median, alone.max, replicas.median,
               replicas.max);
  }
}

void Run() {
  fmt::print(
      "kind,width,devices,strategy,segments,period_ms,ratio,"
      "ratio_replicas\n");
  std::map<Key, Ratios> ratios;
  for (const PaperSweep& sweep : kPaperSweeps) {
    const PaperNetworks networks(sweep.kind);
    for (int width = sweep.first; width <= sweep.last; width += sweep.step) {
      Report(sweep.kind, width, networks.OfWidth(width), ratios);
    }
  }
  PrintSummary(ratios);
}

}  // namespace
}  // namespace coralline

int main() {
  coralline::Run();
  return 0;
}
