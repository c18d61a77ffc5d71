#include <fmt/format.h>

#include <algorithm>

#include "coralline/cli/format.h"
#include "coralline/cli/range_text.h"
#include "coralline/cli/simulation_facts.h"
#include "coralline/cli/simulation_report.h"
#include "coralline/cli/stage_bars.h"
#include "coralline/cli/table.h"
#include "coralline/cli/terminal.h"

namespace coralline::cli {
namespace {

bool IsInterpolated(const Simulation& simulation) {
  return std::any_of(
      simulation.stages.begin(), simulation.stages.end(),
      [](const SimulatedStage& stage) { return stage.cost.is_interpolated; });
}

std::string Ms(double ms) { return fmt::format("{:.3f}", ms); }
std::string Share(double share) { return fmt::format("{:.0f} %", 100 * share); }

std::string DeviceText(const Simulation& simulation,
                       const SimulatedStage& stage) {
  const std::string replicas =
      stage.replicas > 1 ? fmt::format("{} x ", stage.replicas) : "";
  return replicas + (stage.is_cpu
                         ? fmt::format("cpu, {}", simulation.origin(stage))
                         : std::string("accelerator"));
}

void PrintMemory(const Simulation& simulation, const Terminal& terminal) {
  Table table({"segment>", "ops", "device", "on chip>", "streamed>"});
  table.SetBars("memory");
  table.LeaveOut({"device", "ops", "streamed", "on chip"});
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    const Placement& placement = stage.cost.placement;
    table.AddRow(
        {std::to_string(i), FormatSegment(stage.segment),
         DeviceText(simulation, stage), FormatBytes(placement.cached_bytes),
         FormatBytes(placement.streamed_bytes)},
        MemoryBar(placement));
  }
  fmt::print("{}{}\n", table.Format(terminal), MemoryLegend(table, terminal));
}

double PeriodMs(const SimulatedStage& stage) {
  return stage.cost.warm_ms() / stage.replicas;
}

std::size_t SlowestStage(const Simulation& simulation) {
  const auto& stages = simulation.stages;
  return std::max_element(stages.begin(), stages.end(),
                          [](const auto& a, const auto& b) {
                            return PeriodMs(a) < PeriodMs(b);
                          }) -
         stages.begin();
}

void PrintTimes(const Simulation& simulation, const Terminal& terminal) {
  Table table({"segment>", "fixed>", "program>", "input>", "compute>",
               "stream>", "output>", "relayout>", "ms>", "first>", "busy>"});
  table.SetBars("time");
  table.LeaveOut({"relayout", "program", "input", "output", "fixed", "first",
                  "compute", "stream", "busy"});
  const std::size_t slowest = SlowestStage(simulation);
  for (std::size_t i = 0; i < simulation.stages.size(); ++i) {
    const SimulatedStage& stage = simulation.stages[i];
    const SegmentCost& cost = stage.cost;
    table.AddRow(
        {std::to_string(i), Ms(cost.fixed_ms), Ms(cost.instructions_ms),
         Ms(cost.input_ms), Ms(cost.compute_ms), Ms(cost.streaming_ms),
         Ms(cost.output_ms), Ms(cost.relayout_ms), Ms(cost.warm_ms()),
         Ms(cost.first_ms()), Share(Occupancy(simulation, i))},
        TimeBar(cost, 0, stage.replicas, i == slowest));
  }
  fmt::print("{}{}", table.Format(terminal), TimeLegend(table, terminal));
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
  fmt::print("{}", table.Format(StdoutTerminal()));
}

void PrintNotes(const Simulation& simulation) {
  if (simulation.slowest_ms > simulation.fastest_ms) {
    Print(fmt::format(
        "This host has several modes: between {:.3f} and {:.3f} ms per "
        "inference.\n",
        simulation.fastest_ms, simulation.slowest_ms));
  }
  if (IsInterpolated(simulation)) {
    Print(
        "Streamed layers with large maps are sent several times; how often is "
        "measured for 64x64\nmaps alone and interpolated here.\n");
  }
  if (const auto unknown = NumUnknownOps(simulation); unknown > 0) {
    Print(fmt::format(
        "{} ops on the accelerator are neither convolutions, fully connected "
        "nor softmax: they count\nas the moving of their maps, which was "
        "measured for poolings, additions and concatenations\nalone.\n",
        unknown));
  }
}

}  // namespace

void PrintSimulationText(const Simulation& simulation) {
  Print(fmt::format("{} on {} x {}{}, simulated ({})\n\n",
                    simulation.model.name, NumDevices(simulation),
                    simulation.spec.name,
                    NumUnmappedOps(simulation) > 0 ? " and the CPU" : "",
                    simulation.spec.description));
  const Terminal terminal = StdoutTerminal();
  PrintMemory(simulation, terminal);
  PrintTimes(simulation, terminal);
  const Histogram latency = Latencies(simulation.schedule);
  Print(fmt::format(
      "\nBatch of {}, {} host: {:.3f} ms per inference, {:.0f} "
      "inferences/s; latency median {}, p99 {}.\n"
      "One device alone: {:.3f} ms; speed-up {:.2f}x.\n",
      simulation.options.batch, simulation.options.host,
      simulation.ms_per_inference(), 1e3 / simulation.ms_per_inference(),
      FormatDuration(latency.Percentile(50)),
      FormatDuration(latency.Percentile(99)), simulation.one_device_ms,
      simulation.speedup()));
  Print(fmt::format(
      "Range: {} per inference; of the stage that may be slowest:\n{}",
      RangeText(simulation.range), DoubtLines(simulation.range)));
  for (const double busy : LinkOccupancies(simulation)) {
    Print(fmt::format("Shared link: busy {}.\n", Share(busy)));
  }
  PrintNotes(simulation);
  PrintUnmapped(simulation);
}

}  // namespace coralline::cli
