// What the pipeline runtime reaches of the throughput that its slowest stage
// allows, on emulated Edge TPUs in wall-clock time: our two waiting profiles
// beside the peers of peer_pipelines.h. The devices start when a stage's thread
// comes to them, as real ones do, so a thread that wakes late shows.
//
// First the paper's largest fully connected network on three devices against
// one with the whole; then stages of 0.2 ms and of 10 ms; then every width of
// the paper on three devices. Medians and ranges of repetitions that run every
// variant in turn. To be run on a machine that is idle otherwise.

#include <CLI/CLI.hpp>

#include "bench/comparison.h"
#include "bench/stages.h"
#include "coralline/device/emulated_device.h"
#include "tests/paper_baselines.h"

namespace coralline::bench {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Options {
  int repetitions = 5;
  int requests = 2000;
  int step = 40;
  bool quick = false;
};

constexpr int kDevices = 3;

Stages LoadParts(const std::vector<Model>& parts) {
  const DeviceSpec spec = ReadDeviceSpec("edgetpu-pcie");
  Stages stages;
  for (const Model& part : parts) {
    const int number = static_cast<int>(stages.size());
    stages.push_back(EmulatedDevice(spec, number).Load(part));
  }
  return stages;
}

// The best cut into three segments, a device each.
std::vector<Model> PartsOf(const PaperNetworks& networks, int width) {
  const Model model = networks.OfWidth(width);
  const ModelProblem problem(model, EdgeTpus(kDevices), {.max_replicas = 1});
  return networks.PartsOfWidth(
      width, ExhaustiveSegments(problem.problem(), kDevices).value());
}

void ReportWidest(const PaperNetworks& networks, const Options& options) {
  const int width = kPaperSweeps[0].last;
  const auto parts = PartsOf(networks, width);
  const Comparison comparison{
      .name = fmt::format("FC {} on {} devices", width, kDevices),
      .stages = [&] { return LoadParts(parts); },
      .requests = options.requests,
      .whole =
          [&] {
            return std::move(LoadParts({networks.OfWidth(width)}).front());
          }};
  PrintOutcomes(comparison,
                Compare(comparison, AllVariants(), options.repetitions),
                {.share = 0.93, .speedup = 150});
}

void ReportEqualStages(int count, const Options& options) {
  const Comparison comparison{
      .name = fmt::format("{} stages of 0.2 ms", count),
      .stages =
          [&] {
            return WaitingStages({static_cast<std::size_t>(count),
                                  std::chrono::nanoseconds(microseconds(200))});
          },
      .requests = options.requests};
  PrintOutcomes(comparison,
                Compare(comparison, AllVariants(), options.repetitions),
                {.share = 0.88});
}

void ReportSlowStages(const Options& options) {
  const Comparison comparison{
      .name = "4 stages of 10 ms, from the first to the last result",
      .stages =
          [] {
            return WaitingStages(
                std::vector<std::chrono::nanoseconds>(4, milliseconds(10)));
          },
      .requests = std::max(20, options.requests / 20),
      .is_steady = true};
  PrintOutcomes(comparison,
                Compare(comparison, AllVariants(), options.repetitions),
                {.share = 0.98});
}

void ReportSweep(const PaperNetworks& networks, const Options& options) {
  const PaperSweep& sweep = kPaperSweeps[0];
  const auto variants = OurVariants();
  std::vector<std::vector<double>> shares(variants.size());
  fmt::print("\nFC of every width on {} devices: share of 1 / slowest\n",
             kDevices);
  for (int width = sweep.first; width <= sweep.last; width += options.step) {
    const auto parts = PartsOf(networks, width);
    const auto outcomes = Compare({.stages = [&] { return LoadParts(parts); },
                                   .requests = options.requests / 2},
                                  variants, options.repetitions);
    fmt::print("{:5}", width);
    for (std::size_t i = 0; i < variants.size(); ++i) {
      shares[i].push_back(outcomes[i].share.median);
      fmt::print("  {} {:22}", variants[i].name,
                 FormatSpread(outcomes[i].share, 3));
    }
    fmt::print("\n");
  }
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Spread all = SpreadOf(shares[i]);
    fmt::print("{}: median {:.3f}, worst {:.3f} of {} widths\n",
               variants[i].name, all.median, all.min, shares[i].size());
  }
}

void Report(const Options& options) {
  const PaperNetworks networks("fc");
  fmt::print("Emulated Edge TPUs (edgetpu-pcie); medians [min..max] of {}\n",
             options.repetitions);
  ReportWidest(networks, options);
  ReportEqualStages(4, options);
  ReportEqualStages(8, options);
  ReportSlowStages(options);
  ReportSweep(networks, options);
}

}  // namespace
}  // namespace coralline::bench

int main(int argc, char** argv) {
  coralline::bench::Options options;
  CLI::App app("What the pipeline reaches on emulated devices");
  app.add_option("--repetitions", options.repetitions)
      ->check(CLI::PositiveNumber);
  app.add_option("--requests", options.requests, "of each run, at 0.2 ms")
      ->check(CLI::Range(40, 1'000'000));
  app.add_option("--step", options.step, "from width to width of the sweep")
      ->check(CLI::PositiveNumber);
  app.add_flag("--quick", options.quick, "fewer and shorter runs");
  CLI11_PARSE(app, argc, argv);
  if (options.quick) {
    options.repetitions = 3;
    options.requests = 500;
    options.step = 840;
  }
  coralline::bench::Report(options);
}
