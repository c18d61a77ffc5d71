#include "coralline/cli/run_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

double Ms(nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

std::string MsCell(nanoseconds time) { return fmt::format("{:.3f}", Ms(time)); }

double Percent(nanoseconds part, nanoseconds whole) {
  if (whole.count() <= 0) return 0;
  return 100 * Ms(part) / Ms(whole);
}

template <typename Visit>
void ForEachReplica(const RunReport& report, const Visit& visit) {
  const auto& stages = report.stats.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const ReplicaStats& replica : stages[i].replicas) visit(i, replica);
  }
}

std::vector<std::string> DeviceRow(const RunReport& report, std::size_t stage,
                                   const ReplicaStats& replica) {
  const Segment* segment = SegmentOf(report, stage);
  const bool is_predicted = replica.predicted.count() > 0;
  const nanoseconds median = replica.busy.Percentile(50);
  const Origin origin =
      IsEmulated(report, replica) ? Origin::kEmulated : Origin::kMeasured;
  return {std::to_string(stage),
          segment == nullptr ? "-" : FormatSegment(*segment),
          replica.description,
          std::to_string(replica.busy.count()),
          is_predicted ? MsCell(replica.predicted) : "-",
          MsCell(median),
          is_predicted
              ? fmt::format("{:+.1f} %", Percent(median - replica.predicted,
                                                 replica.predicted))
              : "-",
          MsCell(replica.busy.Percentile(99)),
          MsCell(replica.hop.Percentile(50)),
          std::string(OriginText(origin))};
}

}  // namespace

std::map<int, std::string> DeviceTitles(const RunReport& report) {
  std::map<int, std::string> titles = report.devices;
  ForEachReplica(report, [&](std::size_t, const ReplicaStats& replica) {
    titles[replica.device] = replica.description;
  });
  return titles;
}

nanoseconds WholeTime(const RunReport& report, const ReplicaStats& replica) {
  return HasChanged(report) ? replica.busy.sum() + replica.waiting
                            : report.stats.wall;
}

Chart DeviceTable(const RunReport& report) {
  TableChart table{
      .headings = {"stage", "ops", "device", "inferences", "predicted, ms",
                   "median, ms", "difference", "p99, ms", "hop, ms", "origin"},
      .is_number = {true, false, false, true, true, true, true, true, true,
                    false}};
  ForEachReplica(report, [&](std::size_t stage, const ReplicaStats& replica) {
    table.rows.push_back(DeviceRow(report, stage, replica));
  });
  return {.id = "devices",
          .title = "What each device took",
          .note =
              "A hop is from the stage before handing a request on to this "
              "one taking it: what the runtime adds.",
          .origin = std::nullopt,
          .body = std::move(table)};
}

Chart DeviceBars(const RunReport& report) {
  BarChart bars{.y = {"% of the time"},
                .parts = {{"at work", {}},
                          {"waiting for requests", {}},
                          {"handing on, and the rest", {}}}};
  ForEachReplica(report, [&](std::size_t stage, const ReplicaStats& replica) {
    const nanoseconds whole = WholeTime(report, replica);
    const double busy = Percent(replica.busy.sum(), whole);
    const double waiting = Percent(replica.waiting, whole);
    bars.bars.push_back(
        fmt::format("stage {}, device {}", stage, replica.device));
    bars.parts[0].values.push_back(busy);
    bars.parts[1].values.push_back(waiting);
    bars.parts[2].values.push_back(std::max(0.0, 100 - busy - waiting));
  });
  return {.id = "device-time",
          .title = "What each device did with its time",
          .note = "The one that hardly waits bounds the throughput.",
          .origin = IsEmulated(report) ? Origin::kEmulated : Origin::kMeasured,
          .body = std::move(bars)};
}

Chart ThroughputChart(const RunStats& stats, Origin origin) {
  Line line{.name = "throughput", .origin = origin};
  double window = 1;
  for (const double rate : stats.windows.rates()) {
    line.points.push_back({window++, rate});
  }
  return {.id = "throughput",
          .title = "Throughput over the run",
          .note =
              "Windows of about as many results each, without the filling "
              "of the pipeline.",
          .origin = origin,
          .body = LineChart{.x = {"window of the run"},
                            .y = {"results per second"},
                            .lines = {std::move(line)}}};
}

Chart EventTable(const RunStats& stats) {
  TableChart table{.headings = {"at, ms", "device", "event"},
                   .is_number = {true, true, false}};
  for (const PipelineEvent& event : stats.events) {
    table.rows.push_back({fmt::format("{:.1f}", Ms(event.at)),
                          event.device < 0 ? "-" : std::to_string(event.device),
                          event.text});
  }
  return {.id = "events",
          .title = "Faults and changes",
          .note = "Times count from the pipeline's start.",
          .origin = std::nullopt,
          .body = std::move(table)};
}

std::optional<Chart> EmulationTable(const RunReport& report) {
  TableChart table{
      .headings = {"stage", "device", "simulated, ms", "late, median, ms",
                   "p90, ms", "max, ms", "waited for the CPU"},
      .is_number = std::vector<bool>(7, true)};
  ForEachReplica(report, [&](std::size_t stage, const ReplicaStats& replica) {
    if (!replica.emulation || replica.busy.count() == 0) return;
    const EmulationStats& emulation = *replica.emulation;
    const Histogram& late = emulation.overshoot;
    table.rows.push_back({std::to_string(stage), std::to_string(replica.device),
                          MsCell(emulation.simulated),
                          MsCell(late.Percentile(50)),
                          MsCell(late.Percentile(90)), MsCell(late.max()),
                          std::to_string(emulation.compute_longer)});
  });
  if (table.rows.empty()) return std::nullopt;
  return Chart{.id = "emulation",
               .title = "How late emulated devices were",
               .note =
                   "Late is what an inference took beyond its simulated "
                   "time.",
               .origin = Origin::kEmulated,
               .body = std::move(table)};
}

}  // namespace coralline::cli
