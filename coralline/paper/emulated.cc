#include "coralline/paper/emulated.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "coralline/device/emulated_device.h"
#include "coralline/paper/cuts.h"
#include "coralline/paper/simulated.h"
#include "coralline/pipeline/run.h"
#include "coralline/zoo/paper_networks.h"

namespace coralline::paper {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Stages = std::vector<std::vector<std::unique_ptr<Executable>>>;
using Inputs = std::vector<std::vector<TensorData>>;

// Of a repetition: the fewest between which there is a time, and enough of any.
constexpr int kFewestInferences = 3;
constexpr int kMostInferences = 500;

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
                        .wait = WaitProfile::kThroughput});
  }
  return loaded;
}

// Between the first and the last result, so that filling the pipeline, which a
// short run would feel, does not count.
class SteadyClock {
 public:
  explicit SteadyClock(std::int64_t warmup) : left_(warmup) {}

  void AddResult() {
    if (left_-- > 0) return;
    last_ = Clock::now();
    if (results_++ == 0) first_ = last_;
  }

  double ms() const {
    return Milliseconds(last_ - first_).count() /
           static_cast<double>(results_ - 1);
  }

 private:
  std::int64_t left_;
  std::int64_t results_ = 0;
  Clock::time_point first_;
  Clock::time_point last_;
};

std::optional<double> RunOnce(Loaded& loaded, const EmulatedRow& row,
                              int requests, const std::atomic<bool>* stop) {
  RunOptions options{.requests = requests,
                     .warmup_requests = 1,
                     .in_flight = row.batch == 1 ? 1 : 0,
                     .stop = stop};
  SteadyClock clock(options.warmup_requests);
  const bool is_steady = loaded.pipeline && row.batch > 1;
  if (is_steady) {
    options.on_done = [&clock](const auto&, std::size_t) { clock.AddResult(); };
  }
  const RunStats stats =
      loaded.whole ? RunWithoutPipeline(*loaded.whole, loaded.inputs, options)
                   : RunRequests(*loaded.pipeline, loaded.inputs, options);
  if (stats.error) throw *stats.error;
  if (stats.stopped) return std::nullopt;
  return is_steady ? clock.ms() : Milliseconds(stats.latency.mean()).count();
}

// Returns false where it was stopped.
bool Measure(Loaded& loaded, const EmulationOptions& options,
             EmulatedRow& row) {
  const double share_ms = options.seconds * 1e3 / options.repetitions;
  const int requests = std::clamp(static_cast<int>(share_ms / row.simulated_ms),
                                  kFewestInferences, kMostInferences);
  std::vector<double> ms;
  for (int i = 0; i < options.repetitions; ++i) {
    const auto result = RunOnce(loaded, row, requests, options.stop);
    if (!result) return false;
    ms.push_back(*result);
  }
  std::sort(ms.begin(), ms.end());
  row.inferences = requests * options.repetitions;
  row.repetitions = options.repetitions;
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
