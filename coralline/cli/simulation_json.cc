#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "coralline/cli/range_text.h"
#include "coralline/cli/simulation_facts.h"
#include "coralline/cli/simulation_report.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

Json LayersJson(const Simulation& simulation, const SimulatedStage& stage) {
  Json layers = Json::array();
  if (stage.is_cpu) return layers;
  for (std::size_t i = 0; i < stage.segment.ops.size(); ++i) {
    const int op = stage.segment.ops[i];
    const Layer& layer = simulation.layers[op];
    const bool is_cached = stage.cost.placement.is_cached[i];
    const LayerCost& cost = stage.cost.layers[i];
    layers.push_back({{"op", op},
                      {"name", OpName(simulation.model.graph.ops[op])},
                      {"cached_bytes", is_cached ? layer.cached_bytes : 0},
                      {"streamed_bytes", is_cached ? 0 : layer.streamed_bytes},
                      {"passes", cost.passes},
                      {"compute_ms", cost.compute_ms},
                      {"streaming_ms", cost.streaming_ms}});
  }
  return layers;
}

Json SegmentJson(const Simulation& simulation, std::size_t index) {
  const SimulatedStage& stage = simulation.stages[index];
  const SegmentCost& cost = stage.cost;
  Json json = {{"ops", stage.segment.ops},
               {"device", DeviceName(simulation, stage)},
               {"replicas", stage.replicas},
               {"origin", simulation.origin(stage)},
               {"on_chip_bytes", cost.placement.cached_bytes},
               {"off_chip_bytes", cost.placement.streamed_bytes},
               {"warm_ms", cost.warm_ms()},
               {"first_ms", cost.first_ms()},
               {"fixed_ms", cost.fixed_ms},
               {"instructions_ms", cost.instructions_ms},
               {"input_ms", cost.input_ms},
               {"compute_ms", cost.compute_ms},
               {"streaming_ms", cost.streaming_ms},
               {"output_ms", cost.output_ms},
               {"relayout_ms", cost.relayout_ms},
               {"passes_interpolated", cost.is_interpolated},
               {"occupancy", Occupancy(simulation, index)},
               {"layers", LayersJson(simulation, stage)}};
  json.update(Json::parse(RangeJson(stage.range)));
  return json;
}

Json UnmappedJson(const Simulation& simulation) {
  Json ops = Json::array();
  for (std::size_t i = 0; i < simulation.mappings.size(); ++i) {
    const OpMapping& mapping = simulation.mappings[i];
    if (mapping.is_mapped()) continue;
    ops.push_back({{"op", i},
                   {"name", OpName(simulation.model.graph.ops[i])},
                   {"reason", MappingText(mapping.mapping)},
                   {"detail", mapping.detail}});
  }
  return ops;
}

}  // namespace

void PrintSimulationJson(const Simulation& simulation) {
  Json segments = Json::array();
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    segments.push_back(SegmentJson(simulation, i));
  }
  const Histogram latency = Latencies(simulation.schedule);
  const TimeRange& range = simulation.range;
  const Json json = {{"model", simulation.model.name},
                     {"origin", "simulated"},
                     {"device", simulation.spec.name},
                     {"host", simulation.options.host},
                     {"batch", simulation.options.batch},
                     {"ms_per_inference", simulation.ms_per_inference()},
                     {"fastest_ms_per_inference", simulation.fastest_ms},
                     {"slowest_ms_per_inference", simulation.slowest_ms},
                     {"low_ms_per_inference", range.low_ms},
                     {"high_ms_per_inference", range.high_ms},
                     {"confidence", ConfidenceText(range.confidence())},
                     {"throughput_rps", 1e3 / simulation.ms_per_inference()},
                     {"one_device_ms", simulation.one_device_ms},
                     {"speedup", simulation.speedup()},
                     {"latency_ns",
                      {{"median", latency.Percentile(50).count()},
                       {"p99", latency.Percentile(99).count()},
                       {"max", latency.max().count()}}},
                     {"link_occupancy", LinkOccupancies(simulation)},
                     {"ops_without_known_work", NumUnknownOps(simulation)},
                     {"unmapped_ops", UnmappedJson(simulation)},
                     {"segments", segments}};
  fmt::print("{}\n", json.dump(2));
}

}  // namespace coralline::cli
