#include "coralline/cli/simulation_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/cli/format.h"
#include "coralline/cli/page_parts.h"
#include "coralline/cli/range_text.h"
#include "coralline/cli/simulation_facts.h"
#include "coralline/cli/speedup_section.h"
#include "coralline/report/latency_chart.h"
#include "coralline/report/timeline_chart.h"

namespace coralline::cli {
namespace {

// Of a CPU stage's time.
Origin OriginOf(const Simulation& simulation, const SimulatedStage& stage) {
  // What the user gives is somebody's measurement.
  return OriginFromText(simulation.origin(stage)).value_or(Origin::kMeasured);
}

std::vector<ChartedStage> StagesOf(const Simulation& simulation) {
  std::vector<ChartedStage> stages;
  for (const SimulatedStage& simulated : simulation.stages) {
    ChartedStage stage{.device = DeviceName(simulation, simulated),
                       .replicas = simulated.replicas,
                       .segment = simulated.segment,
                       .origin = OriginOf(simulation, simulated),
                       .busy_ms = simulated.cost.warm_ms(),
                       .cost = simulated.cost};
    if (!simulated.is_cpu) stage.layer_ops = simulated.segment.ops;
    SetLayers(stage, simulation.layers);
    stages.push_back(std::move(stage));
  }
  return stages;
}

std::vector<Fact> Facts(const Simulation& simulation) {
  const Histogram latency = Latencies(simulation.schedule);
  const TimeRange& range = simulation.range;
  const auto simulated = Origin::kSimulated;
  return {
      {"throughput", RateText(1e3 / simulation.ms_per_inference()),
       fmt::format("batch of {}, fill and drain included",
                   simulation.options.batch),
       simulated},
      {"time per inference", MsText(simulation.ms_per_inference()),
       fmt::format("may be {:.3f} to {:.3f} ms", range.low_ms, range.high_ms),
       simulated},
      {"confidence", std::string(ConfidenceText(range.confidence())), "",
       std::nullopt},
      {"latency, median", FormatDuration(latency.Percentile(50)),
       fmt::format("p99 {}", FormatDuration(latency.Percentile(99))),
       simulated},
      {"speed-up", fmt::format("{:.2f}x", simulation.speedup()),
       fmt::format("against {} on one device",
                   MsText(simulation.one_device_ms)),
       simulated}};
}

Section TimelineSection(const Simulation& simulation,
                        const std::vector<ChartedStage>& stages) {
  Section section{
      .title = "How requests flow",
      .text = fmt::format(
          "A batch of {} in virtual time. The pipeline fills until its last "
          "stage has work, gives a result every {:.3f} ms in steady state, and "
          "drains after the first stage's last request.",
          simulation.options.batch, stages[SlowestStage(stages)].period_ms())};
  section.charts = TimelineCharts(CourseOf(simulation.schedule, stages));
  return section;
}

Section LatencySection(const Simulation& simulation) {
  const Histogram latency = Latencies(simulation.schedule);
  return {.title = "How long requests take",
          .text = fmt::format(
              "All inputs of the batch are there at once, and enter as the "
              "first queue has room: half of them take {} or less, from "
              "entering it.",
              FormatDuration(latency.Percentile(50))),
          .charts = {LatencyChart(latency, Origin::kSimulated)}};
}

// These cuts beside the best ones and others'.
Section MoreDevices(const Simulation& simulation) {
  const HostModel host = FindHost(simulation.options.host).value();
  const std::string title = "What more devices bring";
  if (host.copy_ms_per_byte > 0) {
    return {.title = title,
            .text = fmt::format("Left out: nothing is planned for the {} "
                                "host.",
                                host.name),
            .charts = {}};
  }
  constexpr int kFewest = 4;
  constexpr int kMost = 8;
  const int devices = static_cast<int>(NumDevices(simulation));
  SpeedUpRequest request{
      .device = {.name = simulation.spec.name,
                 .count = std::clamp(devices, kFewest, kMost),
                 .spec = simulation.spec},
      .problem = {.host = host,
                  .devices_per_link = simulation.options.devices_per_link},
      .others = {{.name = fmt::format("these cuts, batch of {}",
                                      simulation.options.batch),
                  .style = LineStyle::kDots,
                  .points = {{double(devices), simulation.speedup()}}}}};
  return SpeedUpSection(simulation.whole, request);
}

}  // namespace

Page SimulationPage(const Simulation& simulation) {
  const auto stages = StagesOf(simulation);
  const bool has_cpu = NumUnmappedOps(simulation) > 0;
  Page page{.title = fmt::format("{} on {} x {}{}", simulation.model.name,
                                 NumDevices(simulation), simulation.spec.name,
                                 has_cpu ? " and the CPU" : ""),
            .subtitle = fmt::format("Simulated: no device was used. {} stages, "
                                    "{} host; {}.",
                                    stages.size(), simulation.options.host,
                                    simulation.spec.description),
            .facts = Facts(simulation),
            .sections = StageSections(simulation.model.graph, stages),
            .provenance = Provenance()};
  page.sections.push_back(TimelineSection(simulation, stages));
  page.sections.push_back(LatencySection(simulation));
  page.sections.push_back(MoreDevices(simulation));
  page.sections.push_back(RangeSection(simulation.range));
  return page;
}

}  // namespace coralline::cli
