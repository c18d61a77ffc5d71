#include "coralline/paper/emulated.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "coralline/base/check.h"
#include "coralline/device/emulated_device.h"
#include "coralline/paper/cuts.h"
#include "coralline/paper/simulated.h"
#include "coralline/pipeline/run.h"
#include "coralline/zoo/paper_networks.h"

namespace coralline::paper {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;
using Stages = std::vector<std::vector<std::unique_ptr<Executable>>>;
using Inputs = std::vector<std::vector<TensorData>>;

// Of a repetition: the fewest between which there is a time, and enough of any.
constexpr int kFewestInferences = 4;
constexpr int kMostInferences = 500;
constexpr int kWarmup = 1;
constexpr int kMostRepetitions = 10;
constexpr int kMostTraced = kMostRepetitions * (kMostInferences + kWarmup);
// Beyond it what this machine adds is little, and one repetition enough.
constexpr double kSlowMs = 30;

Stages LoadStages(const std::vector<Model>& parts, const CutNetwork& cut,
                  const DeviceSpec& spec) {
  Stages stages(parts.size());
  int number = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (int replica = 0; replica < cut.replicas[i]; ++replica) {
      stages[i].push_back(EmulatedDevice(spec, number++).Load(parts[i]));
    }
  }
  return stages;
}

Inputs OneInput(const Graph& graph) {
  std::mt19937_64 random(1);
  return {RandomData(InterfaceOf(graph).inputs, random)};
}

// A network as it is run again and again.
struct Loaded {
  Inputs inputs;
  std::unique_ptr<Executable> whole;  // where there is one device
  std::unique_ptr<Pipeline> pipeline;
};

Loaded Load(const PaperNetworks& networks, const EmulatedRow& row,
            const CutNetwork& cut, const DeviceSpec& spec) {
  const Model model = networks.OfWidth(row.width);
  Loaded loaded{.inputs = OneInput(model.graph)};
  Stages stages =
      LoadStages(networks.PartsOfWidth(row.width, cut.segments), cut, spec);
  if (row.devices == 1) {
    loaded.whole = std::move(stages[0][0]);
  } else {
    loaded.pipeline = std::make_unique<Pipeline>(
        FixedDeployment(std::move(stages)), InterfaceOf(model.graph),
        PipelineOptions{.max_in_flight = 4 * row.devices,
                        .wait = WaitProfile::kThroughput,
                        .trace_capacity = kMostTraced});
  }
  return loaded;
}

// Milliseconds between two results of the last `requests` that left the last
// stage, so that filling the pipeline, which a short run would feel, does not
// count.
double SteadyMs(const Pipeline& pipeline, int requests) {
  std::vector<std::chrono::nanoseconds> ends;
  for (const TraceEvent& event : pipeline.Trace()) {
    if (event.stage == pipeline.num_stages() - 1) ends.push_back(event.end);
  }
  CORALLINE_CHECK(static_cast<int>(ends.size()) >= requests);
  std::sort(ends.begin(), ends.end());
  const auto first = ends[ends.size() - static_cast<std::size_t>(requests)];
  return Milliseconds(ends.back() - first).count() / (requests - 1);
}

std::optional<double> RunOnce(Loaded& loaded, const EmulatedRow& row,
                              int requests, const std::atomic<bool>* stop) {
  const RunOptions options{.requests = requests,
                           .warmup_requests = kWarmup,
                           .in_flight = row.batch == 1 ? 1 : 0,
                           .stop = stop};
  const RunStats stats =
      loaded.whole ? RunWithoutPipeline(*loaded.whole, loaded.inputs, options)
                   : RunRequests(*loaded.pipeline, loaded.inputs, options);
  if (stats.error) throw *stats.error;
  if (stats.stopped) return std::nullopt;
  if (loaded.whole || row.batch == 1) {
    return Milliseconds(stats.latency.mean()).count();
  }
  return SteadyMs(*loaded.pipeline, requests);
}

// Returns false where it was stopped.
bool Measure(Loaded& loaded, const EmulationOptions& options,
             EmulatedRow& row) {
  const double share_ms = options.seconds * 1e3 / options.repetitions;
  const int requests = std::clamp(static_cast<int>(share_ms / row.simulated_ms),
                                  kFewestInferences, kMostInferences);
  const int repetitions = row.simulated_ms > kSlowMs ? 1 : options.repetitions;
  std::vector<double> ms;
  for (int i = 0; i < repetitions; ++i) {
    const auto result = RunOnce(loaded, row, requests, options.stop);
    if (!result) return false;
    ms.push_back(*result);
  }
  std::sort(ms.begin(), ms.end());
  row.inferences = requests * repetitions;
  row.repetitions = repetitions;
  row.ms = ms[ms.size() / 2];
  row.min_ms = ms.front();
  row.max_ms = ms.back();
  return true;
}

}  // namespace

std::optional<std::vector<EmulatedRow>> EmulateExperiment(
    const Experiment& experiment, const DeviceSpec& spec,
    const std::vector<int>& widths, const EmulationOptions& options) {
  const PaperNetworks networks{std::string(experiment.kind)};
  std::vector<EmulatedRow> rows;
  for (const SimulatedRow& simulated :
       SimulateExperiment(experiment, spec, widths)) {
    EmulatedRow row{.experiment = simulated.experiment,
                    .kind = simulated.kind,
                    .width = simulated.width,
                    .devices = simulated.devices,
                    .batch = simulated.batch,
                    .cut = simulated.cut,
                    .split = simulated.split,
                    .simulated_ms = simulated.batch == 1 ? simulated.latency_ms
                                                         : simulated.period_ms};
    const CutNetwork cut =
        CutFor(experiment, networks.OfWidth(row.width), row.width, spec);
    Loaded loaded = Load(networks, row, cut, spec);
    if (!Measure(loaded, options, row)) return std::nullopt;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace coralline::paper
