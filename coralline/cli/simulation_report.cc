#include "coralline/cli/simulation_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "coralline/base/file.h"
#include "coralline/base/histogram.h"
#include "coralline/cli/format.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

Histogram Latencies(const Schedule& schedule) {
  Histogram histogram;
  for (std::size_t i = 0; i < schedule.finished_ms.size(); ++i) {
    histogram.Record(std::chrono::nanoseconds(std::llround(
        1e6 * (schedule.finished_ms[i] - schedule.entered_ms[i]))));
  }
  return histogram;
}

double Occupancy(const Simulation& simulation, std::size_t stage) {
  return simulation.schedule.stage_busy_ms[stage] /
         simulation.schedule.makespan_ms();
}

// Of the links that several devices share.
std::vector<double> LinkOccupancies(const Simulation& simulation) {
  const int per_link = simulation.options.devices_per_link;
  const auto devices =
      std::count_if(simulation.stages.begin(), simulation.stages.end(),
                    [](const auto& stage) { return !stage.is_cpu; });
  std::vector<double> links;
  for (int first = 0; per_link > 1 && first < devices; first += per_link) {
    const std::size_t resource = 1 + links.size();
    links.push_back(simulation.schedule.resource_busy_ms[resource] /
                    simulation.schedule.makespan_ms());
  }
  return links;
}

bool IsInterpolated(const Simulation& simulation) {
  return std::any_of(
      simulation.stages.begin(), simulation.stages.end(),
      [](const SimulatedStage& stage) { return stage.cost.is_interpolated; });
}

// Ops on the accelerator whose work the simulator does not know.
std::int64_t NumUnknownOps(const Simulation& simulation) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < simulation.layers.size(); ++i) {
    const bool is_unknown = simulation.layers[i].kind == LayerKind::kOther;
    count += is_unknown && simulation.mappings[i].is_mapped() ? 1 : 0;
  }
  return count;
}

std::int64_t NumUnmappedOps(const Simulation& simulation) {
  return std::count_if(
      simulation.mappings.begin(), simulation.mappings.end(),
      [](const OpMapping& mapping) { return !mapping.is_mapped(); });
}

std::string DeviceName(const Simulation& simulation,
                       const SimulatedStage& stage) {
  return stage.is_cpu ? "cpu" : simulation.spec.name;
}

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
  return {{"ops", stage.segment.ops},
          {"device", DeviceName(simulation, stage)},
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

std::string Ms(double ms) { return fmt::format("{:.3f}", ms); }
std::string Share(double share) { return fmt::format("{:.0f} %", 100 * share); }

void PrintStages(const Simulation& simulation) {
  Table table({"segment>", "ops", "device", "on chip>", "streamed>", "fixed>",
               "program>", "input>", "compute>", "stream>", "output>",
               "relayout>", "ms>", "first>", "busy>"});
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    const SegmentCost& cost = stage.cost;
    const std::string device =
        stage.is_cpu ? fmt::format("cpu, {}", simulation.origin(stage))
                     : std::string("accelerator");
    table.AddRow({std::to_string(i), FormatSegment(stage.segment), device,
                  FormatBytes(cost.placement.cached_bytes),
                  FormatBytes(cost.placement.streamed_bytes), Ms(cost.fixed_ms),
                  Ms(cost.instructions_ms), Ms(cost.input_ms),
                  Ms(cost.compute_ms), Ms(cost.streaming_ms),
                  Ms(cost.output_ms), Ms(cost.relayout_ms), Ms(cost.warm_ms()),
                  Ms(cost.first_ms()), Share(Occupancy(simulation, i))});
  }
  fmt::print("{}", table.Format());
}

void PrintUnmapped(const Simulation& simulation) {
  if (NumUnmappedOps(simulation) == 0) return;
  fmt::print("\nOps that the accelerator leaves to the CPU:\n");
  Table table({"op>", "kind", "reason", "found"});
  for (std::size_t i = 0; i < simulation.mappings.size(); ++i) {
    const OpMapping& mapping = simulation.mappings[i];
    if (mapping.is_mapped()) continue;
    table.AddRow({std::to_string(i), OpName(simulation.model.graph.ops[i]),
                  std::string(MappingText(mapping.mapping)), mapping.detail});
  }
  fmt::print("{}", table.Format());
}

void PrintNotes(const Simulation& simulation) {
  if (simulation.slowest_ms > simulation.fastest_ms) {
    fmt::print(
        "This host has several modes: between {:.3f} and {:.3f} ms per "
        "inference.\n",
        simulation.fastest_ms, simulation.slowest_ms);
  }
  if (IsInterpolated(simulation)) {
    fmt::print(
        "Streamed layers with large maps are sent several times; how often is "
        "measured for 64x64\nmaps alone and interpolated here.\n");
  }
  if (const auto unknown = NumUnknownOps(simulation); unknown > 0) {
    fmt::print(
        "{} ops on the accelerator are neither convolutions, fully connected "
        "nor softmax: their\nwork is not known and counts as their "
        "instructions at most.\n",
        unknown);
  }
}

// As the compiler writes sizes.
std::string LogBytes(std::int64_t bytes) {
  const double kib = static_cast<double>(bytes) / 1024;
  if (bytes < 1024) return fmt::format("{:.2f}B", static_cast<double>(bytes));
  return kib < 1024 ? fmt::format("{:.2f}KiB", kib)
                    : fmt::format("{:.2f}MiB", kib / 1024);
}

void PrintLayers(const Simulation& simulation, const SimulatedStage& stage) {
  Table table({"op>", "kind", "bytes>", "placement", "passes>"});
  for (std::size_t i = 0; i < stage.segment.ops.size(); ++i) {
    const int op = stage.segment.ops[i];
    const Layer& layer = simulation.layers[op];
    if (layer.cached_bytes == 0) continue;
    const bool is_cached = stage.cost.placement.is_cached[i];
    table.AddRow(
        {std::to_string(op), OpName(simulation.model.graph.ops[op]),
         LogBytes(is_cached ? layer.cached_bytes : layer.streamed_bytes),
         is_cached ? "on-chip" : "off-chip",
         std::to_string(stage.cost.layers[i].passes)});
  }
  fmt::print("{}", table.Format());
}

}  // namespace

void PrintCompilerLog(const Simulation& simulation) {
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    if (stage.is_cpu) continue;
    const Placement& placement = stage.cost.placement;
    fmt::print(
        "\nSegment {}, {}\n"
        "On-chip memory used for caching model parameters: {}\n"
        "On-chip memory remaining for caching model parameters: {}\n"
        "Off-chip memory used for streaming uncached model parameters: {}\n"
        "Number of Edge TPU subgraphs: 1\n"
        "Total number of operations: {}\n",
        i, FormatSegment(stage.segment), LogBytes(placement.cached_bytes),
        LogBytes(placement.remaining_bytes), LogBytes(placement.streamed_bytes),
        stage.segment.ops.size());
    PrintLayers(simulation, stage);
  }
}

void PrintSimulationJson(const Simulation& simulation) {
  Json segments = Json::array();
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    segments.push_back(SegmentJson(simulation, i));
  }
  const Histogram latency = Latencies(simulation.schedule);
  const Json json = {{"model", simulation.model.name},
                     {"origin", "simulated"},
                     {"device", simulation.spec.name},
                     {"host", simulation.options.host},
                     {"batch", simulation.options.batch},
                     {"ms_per_inference", simulation.ms_per_inference()},
                     {"fastest_ms_per_inference", simulation.fastest_ms},
                     {"slowest_ms_per_inference", simulation.slowest_ms},
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

void PrintSimulationText(const Simulation& simulation) {
  const auto devices =
      std::count_if(simulation.stages.begin(), simulation.stages.end(),
                    [](const auto& stage) { return !stage.is_cpu; });
  fmt::print("{} on {} x {}{}, simulated ({})\n\n", simulation.model.name,
             devices, simulation.spec.name,
             NumUnmappedOps(simulation) > 0 ? " and the CPU" : "",
             simulation.spec.description);
  PrintStages(simulation);
  const Histogram latency = Latencies(simulation.schedule);
  fmt::print(
      "\nBatch of {}, {} host: {:.3f} ms per inference, {:.0f} "
      "inferences/s; latency median {}, p99 {}.\n"
      "One device alone: {:.3f} ms; speed-up {:.2f}x.\n",
      simulation.options.batch, simulation.options.host,
      simulation.ms_per_inference(), 1e3 / simulation.ms_per_inference(),
      FormatDuration(latency.Percentile(50)),
      FormatDuration(latency.Percentile(99)), simulation.one_device_ms,
      simulation.speedup());
  for (const double busy : LinkOccupancies(simulation)) {
    fmt::print("Shared link: busy {}.\n", Share(busy));
  }
  PrintNotes(simulation);
  PrintUnmapped(simulation);
}

void WriteTrace(const Simulation& simulation, const std::string& path) {
  Json events = Json::array();
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    events.push_back(
        {{"ph", "M"},
         {"pid", 1},
         {"tid", i},
         {"name", "thread_name"},
         {"args",
          {{"name",
            fmt::format("stage {}: {}, {} {}", i, FormatSegment(stage.segment),
                        simulation.origin(stage),
                        DeviceName(simulation, stage))}}}});
  }
  for (const TimelineEntry& entry : simulation.schedule.timeline) {
    events.push_back({{"ph", "X"},
                      {"pid", 1},
                      {"tid", entry.stage},
                      {"name", fmt::format("request {}, step {}", entry.request,
                                           entry.step)},
                      {"ts", entry.begin_ms * 1e3},
                      {"dur", (entry.end_ms - entry.begin_ms) * 1e3}});
  }
  const std::string text = Json{{"traceEvents", events}}.dump();
  WriteFile(path, std::as_bytes(std::span(text)));
}

}  // namespace coralline::cli
