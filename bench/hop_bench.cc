// What handing a request from one stage to the next costs: two stages on a
// thread of their own each, on tensors that nobody fills or reads. The figure
// is the time by the number of requests, less what a stage is busy with a
// request: what the thread that is the bottleneck spends on each. In ours the
// last stage's thread hands the next request in, so two threads hand over to
// each other all the time. The peers, and ours beside it, have a third thread
// that feeds them, and its hand-overs in the figure.
//
// Stages are busy for 2 us, so that both cores have something to do at the same
// time, or for nothing. A scheduler that runs all stages of a request on one
// thread (Taskflow's pipeline, mostly also TBB's) shows little on empty stages,
// as nothing leaves its core, and has no thread for each device, which is what
// our stages are: only the busy rows compare hand-overs. Taskflow is not run.
//
// Beside ours, in the same run and with the repetitions of all mixed: the peers
// of peer_pipelines.h. Prints at the end how many times as long they took.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <string>

#include "bench/our_pipeline.h"
#include "bench/peer_pipelines.h"
#include "bench/stages.h"
#include "coralline/device/host.h"

namespace coralline::bench {
namespace {

constexpr int kStages = 2;
constexpr int kRequests = 5000;
constexpr int kInFlight = 16;
constexpr int kRepetitions = 5;
constexpr const char* kOurs = "ours";

std::vector<Variant> Variants() {
  const auto ours = [](Stages stages) {
    return OurClosedChain(std::move(stages), WaitProfile::kThroughput);
  };
  const auto fed = [](Stages stages) {
    return OurChain(std::move(stages), WaitProfile::kThroughput);
  };
  const auto libcoral = [](Stages stages) {
    return std::make_unique<LibcoralStylePipeline>(std::move(stages));
  };
  return {{kOurs, ours},
          {"ours, pinned", ours},
          {"ours, fed by a thread", fed},
          {"libcoral style", libcoral},
          {"libcoral style, pinned", libcoral},
          {"TBB", [](Stages stages) {
             return std::make_unique<TbbPipeline>(std::move(stages),
                                                  kStages + 1);
           }}};
}

// Each stage to a core of its own.
void PinStage(int stage) {
  const std::vector<int> cores = AvailableCores();
  PinThread({cores[static_cast<std::size_t>(stage) % cores.size()]});
}

void BenchHop(benchmark::State& state, const Variant& variant) {
  const bool pinned = variant.name.ends_with("pinned");
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::chrono::nanoseconds busy(state.range(1));
  const auto runner = variant.make(
      BusyStages(kStages, bytes, busy, pinned ? PinStage : nullptr));
  for (auto _ : state) {
    const auto time = runner->Run(kRequests, kInFlight) - kRequests * busy;
    state.SetIterationTime(std::chrono::duration<double>(time).count());
  }
  state.counters["per_request"] = benchmark::Counter(
      kRequests, benchmark::Counter::kIsIterationInvariantRate |
                     benchmark::Counter::kInvert);
}

void RegisterAll() {
  for (const Variant& variant : Variants()) {
    benchmark::RegisterBenchmark(
        variant.name.c_str(),
        [variant](benchmark::State& state) { BenchHop(state, variant); })
        ->ArgNames({"bytes", "busy_ns"})
        ->ArgsProduct({{1 << 10, 150528, 1 << 20}, {0, 2000}})
        ->UseManualTime()  // without what TBB sets up before a run
        ->Unit(benchmark::kMillisecond)
        ->MinTime(0.1)
        ->Repetitions(kRepetitions)
        ->ReportAggregatesOnly();
  }
}

// Prints medians and how much repetitions vary, and keeps the medians.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> printed;
    for (const Run& run : runs) {
      if (run.aggregate_name == "median") {
        medians_us_[run.run_name.args][run.run_name.function_name] =
            run.GetAdjustedRealTime() * 1000 / kRequests;
      } else if (run.aggregate_name != "cv") {
        continue;
      }
      printed.push_back(run);
    }
    ConsoleReporter::ReportRuns(printed);
  }

  void PrintRatios() const {
    fmt::print("\nMedians of what a request takes beyond its stages:\n");
    for (const auto& [arguments, medians] : medians_us_) {
      const auto ours = medians.find(kOurs);
      for (const auto& [name, us] : medians) {
        fmt::print("{:28} {:22} {:9.3f} us", arguments, name, us);
        if (ours != medians.end()) fmt::print(" {:8.2f}x", us / ours->second);
        fmt::print("\n");
      }
    }
    fmt::print(
        "Libcoral's own code is not run. A scheduler that runs all stages of a "
        "request on one\nthread, as TBB does here, shows less on empty stages "
        "and has no thread for each\ndevice: the rows of busy stages "
        "compare.\n");
  }

 private:
  std::map<std::string, std::map<std::string, double>> medians_us_;
};

}  // namespace
}  // namespace coralline::bench

int main(int argc, char** argv) {
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  std::vector<char*> arguments = {argv[0], interleave.data()};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  coralline::bench::RegisterAll();
  coralline::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.PrintRatios();
}
