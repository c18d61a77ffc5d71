// What the planner and the pipeline make of two CPU cores: fully connected nets
// by their weights, against the better of TFLite with two threads and the whole
// model on each core, and real models against one core. The planner measures
// the segments here and now. Medians and ranges of repetitions that run every
// way in turn. To be run on a machine that is idle otherwise.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <set>

#include "bench/dense_net.h"
#include "bench/our_pipeline.h"
#include "bench/peer_pipelines.h"
#include "bench/spread.h"
#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/host.h"
#include "coralline/runtime/runner.h"
#include "coralline/tflite/reader.h"

namespace coralline::bench {
namespace {

using Seconds = std::chrono::duration<double>;

struct Options {
  int repetitions = 5;
  double seconds = 0.5;
  bool quick = false;
};

std::vector<int> TwoCores() {
  std::vector<int> cores = AvailableCores();
  if (cores.size() < 2) throw Error(ErrorKind::kDevice, "needs two cores");
  cores.resize(2);
  return cores;
}

std::unique_ptr<Runner> Whole(const Model& model,
                              const std::vector<std::vector<int>>& devices) {
  Stages stages;
  for (const auto& cores : devices) {
    stages.push_back(CpuDevice(cores).Load(model));
  }
  return std::make_unique<WholeOnEach>(std::move(stages));
}

// What `coralline run` does by itself on these cores.
struct Planned {
  std::unique_ptr<Runner> runner;
  Plan plan;
};
Planned PlanOn(const Model& model, const std::vector<int>& cores) {
  RunnerOptions options;
  for (const int core : cores) {
    options.devices.push_back(fmt::format("cpu:{}", core));
  }
  auto opened = OpenRunner(model, options);
  return {std::make_unique<OurClosedLoop>(std::move(opened.pipeline)),
          std::move(opened.plan)};
}

std::string Shape(const Plan& plan) {
  std::string text;
  for (const PlannedStage& stage : plan.stages) {
    text += fmt::format("{}{}", text.empty() ? "" : " + ",
                        FormatSegment(stage.segment));
    if (stage.replicas > 1) text += fmt::format(" x{}", stage.replicas);
  }
  return text;
}

// So many requests that the first way takes about the given time.
int CountRequests(Runner& runner, double seconds) {
  constexpr int kProbe = 5;
  runner.Run(kProbe, 1);
  const Seconds time = runner.Run(kProbe, 1);
  return static_cast<int>(
      std::clamp(seconds * kProbe / time.count(), 10.0, 100'000.0));
}

// Requests per second of each way in each repetition: [repetition][way].
std::vector<std::vector<double>> Rates(
    const std::vector<std::unique_ptr<Runner>>& ways, const Options& options) {
  constexpr int kInFlight = 8;
  const int requests = CountRequests(*ways[0], options.seconds);
  for (const auto& way : ways) way->Run(std::max(5, requests / 10), kInFlight);
  std::vector<std::vector<double>> rates(options.repetitions);
  for (auto& repetition : rates) {
    for (const auto& way : ways) {
      const Seconds time = way->Run(requests, kInFlight);
      repetition.push_back(requests / time.count());
    }
  }
  return rates;
}

template <typename Figure>
Spread SpreadOver(const std::vector<std::vector<double>>& rates,
                  const Figure& figure) {
  std::vector<double> values;
  for (const auto& repetition : rates) values.push_back(figure(repetition));
  return SpreadOf(std::move(values));
}

// Returns the median ratio to the better of the two other ways.
double ReportNet(int kib, const Options& options) {
  const Model model = DenseNet(kib);
  const std::vector<int> cores = TwoCores();
  auto [planned, plan] = PlanOn(model, cores);
  std::vector<std::unique_ptr<Runner>> ways;
  ways.push_back(Whole(model, {{cores[0]}}));
  ways.push_back(Whole(model, {cores}));
  ways.push_back(Whole(model, {{cores[0]}, {cores[1]}}));
  ways.push_back(std::move(planned));
  const auto rates = Rates(ways, options);
  fmt::print("{:9}", kib);
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const auto rate = [i](const auto& all) { return all[i]; };
    fmt::print("{:12.0f}", SpreadOver(rates, rate).median);
  }
  const Spread ratio = SpreadOver(
      rates, [](const auto& all) { return all[3] / std::max(all[1], all[2]); });
  fmt::print("  {:22}  {}\n", FormatSpread(ratio, 2), Shape(plan));
  return ratio.median;
}

void ReportNets(const Options& options) {
  fmt::print(
      "FC nets on two CPU cores: requests per second; \"ratio\" is of the plan "
      "to the better of\ntwo threads and two replicas\n\n"
      "{:>9}{:>12}{:>12}{:>12}{:>12}  {:22}  plan\n",
      "KiB", "1 core", "2 threads", "2 replicas", "plan", "ratio");
  std::vector<double> ratios;
  for (const int kib :
       {512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384}) {
    ratios.push_back(ReportNet(kib, options));
  }
  const Spread all = SpreadOf(std::move(ratios));
  fmt::print("best {:.2f}, worst {:.2f}\n", all.max, all.min);
}

void ReportModel(const std::filesystem::path& path, const Options& options) {
  fmt::print("{:66}", path.stem().string());
  try {
    const Model model = ReadTflite(path);
    const std::vector<int> cores = TwoCores();
    std::vector<std::unique_ptr<Runner>> ways;
    ways.push_back(Whole(model, {{cores[0]}}));
    ways[0]->Run(1, 1);  // before planning a model that does not run
    auto [planned, plan] = PlanOn(model, cores);
    ways.push_back(std::move(planned));
    const Spread ratio =
        SpreadOver(Rates(ways, options),
                   [](const auto& rates) { return rates[1] / rates[0]; });
    fmt::print("{:22}  {}\n", FormatSpread(ratio, 2), Shape(plan));
  } catch (const Error& error) {
    fmt::print("skipped: {}\n", error.what());
  }
}

void ReportModels(const Options& options) {
  const std::filesystem::path folder = CORALLINE_MODELS_DIR;
  if (!std::filesystem::exists(folder)) {
    fmt::print("\nReal models skipped: no {}\n", folder.string());
    return;
  }
  fmt::print("\nReal models, the plan for two cores against one core\n\n");
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tflite") paths.insert(entry.path());
  }
  for (const auto& path : paths) ReportModel(path, options);
}

}  // namespace
}  // namespace coralline::bench

int main(int argc, char** argv) {
  coralline::bench::Options options;
  CLI::App app("What a plan makes of two CPU cores");
  app.add_option("--repetitions", options.repetitions)
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "of each run")
      ->check(CLI::PositiveNumber);
  app.add_flag("--quick", options.quick, "fewer and shorter runs");
  CLI11_PARSE(app, argc, argv);
  if (options.quick) {
    options.repetitions = 3;
    options.seconds = 0.1;
  }
  try {
    coralline::bench::ReportNets(options);
    coralline::bench::ReportModels(options);
  } catch (const coralline::Error& error) {
    fmt::print(stderr, "cpu_report: {}\n", error.what());
    return 1;
  }
}
