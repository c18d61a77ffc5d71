#include "coralline/paper/simulated.h"

#include <algorithm>

#include "coralline/graph/macs.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/sim/time_range.h"
#include "coralline/tflite/bias.h"
#include "coralline/zoo/paper_networks.h"

namespace coralline::paper {
namespace {

constexpr double kMib = 1 << 20;

using Costs = std::vector<SegmentCost>;

// The segments' costs, and those at the ends of their ranges.
struct CutCosts {
  Costs costs;
  Costs low;
  Costs high;
};

CutCosts CostsOf(const Graph& graph, const std::vector<Segment>& segments,
                 const std::vector<Layer>& layers, const DeviceSpec& spec) {
  CutCosts all;
  for (const Segment& segment : segments) {
    const SegmentCost cost = CostOf(graph, segment, layers, spec);
    const TimeRange range = RangeOf(graph, segment, layers, spec, cost);
    all.costs.push_back(cost);
    all.low.push_back(WithTime(cost, range.low_ms));
    all.high.push_back(WithTime(cost, range.high_ms));
  }
  return all;
}

double BatchMs(const Costs& costs, const HostModel& host,
               const BatchOptions& options) {
  return ScheduleBatch(costs, host, options).makespan_ms() / options.batch;
}

void SetTimes(const CutCosts& cut, const HostModel& host,
              const BatchOptions& options, SimulatedRow& row) {
  if (row.devices == 1) {  // no pipeline
    row.ms = cut.costs[0].warm_ms();
    row.low_ms = cut.low[0].warm_ms();
    row.high_ms = cut.high[0].warm_ms();
  } else {
    row.ms = BatchMs(cut.costs, host, options);
    row.low_ms = BatchMs(cut.low, FastestMode(host), options);
    row.high_ms = BatchMs(cut.high, SlowestMode(host), options);
  }
  for (std::size_t i = 0; i < cut.costs.size(); ++i) {
    const double warm = cut.costs[i].warm_ms();
    row.period_ms = std::max(row.period_ms, warm / options.replicas[i]);
    row.latency_ms += warm;
  }
}

SimulatedRow Simulate(const Experiment& experiment, const DeviceSpec& spec,
                      const Model& model, int width) {
  const Graph& graph = model.graph;
  const CutNetwork network = CutFor(experiment, model, width, spec);
  const auto layers = MakeLayers(graph, spec, OpsWithBias(model));
  const CutCosts cut = CostsOf(graph, network.segments, layers, spec);
  SimulatedRow row{.experiment = std::string(experiment.series),
                   .kind = std::string(experiment.kind),
                   .width = width,
                   .devices = experiment.devices,
                   .batch = experiment.batch,
                   .cut = std::string(CutName(experiment.cut)),
                   .host = std::string(experiment.host.name),
                   .split = network.text(),
                   .certificate = network.certificate};
  const bool uploads =
      experiment.kind == "conv" && experiment.cut != Cut::kOptimal;
  SetTimes(cut, experiment.host,
           {.batch = experiment.batch,
            .with_upload = uploads,
            .replicas = network.replicas},
           row);
  const double whole_ms =
      CostOf(graph, OpRange(0, graph.num_ops()), layers, spec).warm_ms();
  row.speedup = whole_ms / row.ms;
  row.gmacs_per_s = static_cast<double>(MacCount(graph)) / row.ms / 1e6;
  for (const SegmentCost& cost : cut.costs) {
    const auto mib = [](std::int64_t bytes) {
      return static_cast<double>(bytes) / kMib;
    };
    row.on_chip_mib.push_back(mib(cost.placement.cached_bytes));
    row.off_chip_mib.push_back(mib(cost.placement.streamed_bytes));
  }
  return row;
}

}  // namespace

std::vector<SimulatedRow> SimulateExperiment(const Experiment& experiment,
                                             const DeviceSpec& spec,
                                             const std::vector<int>& widths) {
  const PaperNetworks networks{std::string(experiment.kind)};
  std::vector<SimulatedRow> rows;
  for (const int width : widths) {
    rows.push_back(Simulate(experiment, spec, networks.OfWidth(width), width));
  }
  return rows;
}

}  // namespace coralline::paper
