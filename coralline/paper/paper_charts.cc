#include "coralline/paper/paper_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "coralline/paper/published.h"

namespace coralline::paper {
namespace {

constexpr int kMostDevices = 4;

std::string Title(const std::string& kind) {
  return kind == "fc" ? "FC" : "CONV";
}

std::string WidthLabel(const std::string& kind) {
  return kind == "fc" ? "neurons of a layer" : "filters of a layer";
}

std::string Devices(int count) {
  return fmt::format("{} TPU{}", count, count == 1 ? "" : "s");
}

std::string CutTitle(std::string_view cut) {
  if (cut == CutName(Cut::kOptimal)) return "Coralline's plan";
  return cut == CutName(Cut::kBalanced) ? "memory-balanced cut"
                                        : fmt::format("{} cut", cut);
}

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

Chart LinesOf(std::string id, std::string title, const std::string& kind,
              Axis y, std::vector<Line> lines) {
  std::erase_if(lines, [](const Line& line) { return line.points.empty(); });
  return {.id = kind + '-' + std::move(id),
          .title = Title(kind) + ": " + std::move(title),
          .note = "",
          .origin = {},
          .body = LineChart{.x = {.label = WidthLabel(kind)},
                            .y = std::move(y),
                            .lines = std::move(lines)}};
}

using RowValue = std::function<double(const SimulatedRow&)>;

Line SimulatedLine(std::string name, const std::vector<SimulatedRow>& rows,
                   std::string_view series, int devices,
                   const RowValue& value) {
  Line line{.name = std::move(name)};
  for (const SimulatedRow& row : rows) {
    if (row.experiment != series || row.devices != devices) continue;
    line.points.push_back({static_cast<double>(row.width), value(row)});
  }
  return line;
}

// The published figure of a row, of `unit`, or what `value` makes of it.
using PublishedValue =
    std::function<double(const PublishedPoint&, const SimulatedRow&)>;

Line PublishedLine(std::string name, const std::vector<SimulatedRow>& rows,
                   std::string_view series, int devices,
                   const std::string& unit, const PublishedValue& value) {
  Line line{.name = std::move(name),
            .origin = Origin::kPublished,
            .style = LineStyle::kDots};
  for (const PublishedPoint& point : PublishedPoints()) {
    if (point.experiment != series || point.devices != devices ||
        point.unit != unit) {
      continue;
    }
    const SimulatedRow* row =
        FindRow(rows, point.experiment, devices, point.width);
    if (!row) continue;
    line.points.push_back(
        {static_cast<double>(point.width), value(point, *row)});
  }
  return line;
}

double AsPublished(const PublishedPoint& point, const SimulatedRow&) {
  return point.value;
}

Chart OneDeviceTime(const std::vector<SimulatedRow>& rows,
                    const std::string& kind) {
  const std::string series = kind + "-whole";
  Line simulated = SimulatedLine("time", rows, series, 1,
                                 [](const auto& row) { return row.ms; });
  for (const SimulatedRow& row : rows) {
    if (row.experiment != series) continue;
    simulated.ranges.push_back(
        {static_cast<double>(row.width), row.low_ms, row.high_ms});
  }
  return LinesOf("one-tpu-time", "time of an inference on one TPU", kind,
                 {.label = "ms", .is_log = true},
                 {std::move(simulated),
                  PublishedLine("time", rows, series, 1, "ms", AsPublished)});
}

Chart OneDeviceRate(const std::vector<SimulatedRow>& rows,
                    const std::string& kind) {
  const std::string series = kind + "-whole";
  const auto rate = [](const PublishedPoint& point, const SimulatedRow& row) {
    return row.gmacs_per_s * row.ms / point.value;
  };
  return LinesOf(
      "one-tpu-rate", "multiply-accumulates per second on one TPU", kind,
      {.label = "10^9 MACs/s"},
      {SimulatedLine("rate", rows, series, 1,
                     [](const auto& row) { return row.gmacs_per_s; }),
       PublishedLine("rate", rows, series, 1, "ms", rate)});
}

Chart OneDeviceMemory(const std::vector<SimulatedRow>& rows,
                      const std::string& kind) {
  const std::string series = kind + "-whole";
  return LinesOf(
      "one-tpu-memory", "parameters on and off the chip of one TPU", kind,
      {.label = "MiB"},
      {SimulatedLine("on chip", rows, series, 1,
                     [](const auto& row) { return Sum(row.on_chip_mib); }),
       SimulatedLine("off chip", rows, series, 1,
                     [](const auto& row) { return Sum(row.off_chip_mib); }),
       PublishedLine("on chip", rows, series, 1, "on_chip_mib", AsPublished),
       PublishedLine("off chip", rows, series, 1, "off_chip_mib",
                     AsPublished)});
}

// The time of a series on each number of devices.
Chart SeriesTime(const std::vector<SimulatedRow>& rows, const std::string& kind,
                 const std::string& series) {
  std::vector<Line> lines;
  for (int n = 1; n <= kMostDevices; ++n) {
    lines.push_back(SimulatedLine(Devices(n), rows, series, n,
                                  [](const auto& row) { return row.ms; }));
  }
  for (int n = 1; n <= kMostDevices; ++n) {
    lines.push_back(
        PublishedLine(Devices(n), rows, series, n, "ms", AsPublished));
  }
  const std::string title = SeriesTitle(series);
  return LinesOf(series.substr(kind.size() + 1) + "-time",
                 "time per inference, " + title.substr(title.find(' ') + 1),
                 kind, {.label = "ms", .is_log = true}, std::move(lines));
}

// Those of which no time was typed in.
void AddSpeedUps(const Line& speedups, Line& line) {
  for (const Point& point : speedups.points) {
    const auto at =
        std::find_if(line.points.begin(), line.points.end(),
                     [&](const Point& other) { return other.x >= point.x; });
    if (at != line.points.end() && at->x == point.x) continue;
    line.points.insert(at, point);
  }
}

// Speed-ups of all cuts in batches.
Chart CutSpeedUps(const std::vector<SimulatedRow>& rows,
                  const std::string& kind, int devices) {
  std::vector<Line> lines;
  std::vector<Line> published;
  for (const Experiment& experiment : Experiments()) {
    if (experiment.kind != kind || experiment.devices != devices ||
        experiment.batch == 1) {
      continue;
    }
    const std::string name = CutTitle(CutName(experiment.cut));
    lines.push_back(SimulatedLine(name, rows, experiment.series, devices,
                                  [](const auto& row) { return row.speedup; }));
    const auto speedup = [](const PublishedPoint& point,
                            const SimulatedRow& row) {
      for (const PublishedPoint& whole : PublishedPoints()) {
        if (whole.experiment == row.kind + "-whole" && whole.unit == "ms" &&
            whole.width == point.width) {
          return whole.value / point.value;
        }
      }
      return 0.0;
    };
    published.push_back(
        PublishedLine(name, rows, experiment.series, devices, "ms", speedup));
    std::erase_if(published.back().points,
                  [](const Point& point) { return point.y == 0; });
    AddSpeedUps(
        PublishedLine(name, rows, experiment.series, devices, "x", AsPublished),
        published.back());
  }
  lines.insert(lines.end(), published.begin(), published.end());
  return LinesOf(fmt::format("{}-tpus-speedup", devices),
                 fmt::format("speed-up of {} over one", Devices(devices)), kind,
                 {.label = "times one TPU"}, std::move(lines));
}

}  // namespace

std::vector<Chart> SimulatedCharts(const std::vector<SimulatedRow>& rows,
                                   const std::string& kind) {
  std::vector<Chart> charts = {OneDeviceTime(rows, kind),
                               OneDeviceRate(rows, kind),
                               OneDeviceMemory(rows, kind)};
  std::set<std::string> seen = {kind + "-whole"};
  for (const Experiment& experiment : Experiments()) {
    const std::string series(experiment.series);
    if (experiment.kind != kind || !seen.insert(series).second) continue;
    charts.push_back(SeriesTime(rows, kind, series));
  }
  for (int n = 2; n <= kMostDevices; ++n) {
    charts.push_back(CutSpeedUps(rows, kind, n));
  }
  // Of a kind that was left out.
  std::erase_if(charts, [](const Chart& chart) {
    return std::get<LineChart>(chart.body).lines.empty();
  });
  return charts;
}

std::vector<Chart> EmulatedCharts(const std::vector<EmulatedRow>& rows,
                                  const std::string& kind) {
  std::vector<Chart> charts;
  for (int n = 1; n <= kMostDevices; ++n) {
    std::vector<Line> emulated;
    std::vector<Line> simulated;
    for (const EmulatedRow& row : rows) {
      // Of batches of 1 there is one on one device only.
      if (row.kind != kind || row.devices != n || (n > 1 && row.batch == 1)) {
        continue;
      }
      const std::string name = n == 1 && row.cut != CutName(Cut::kOptimal)
                                   ? "whole"
                                   : CutTitle(row.cut);
      if (emulated.empty() || emulated.back().name != name) {
        emulated.push_back({.name = name,
                            .origin = Origin::kEmulated,
                            .style = LineStyle::kDashed});
        simulated.push_back({.name = name});
      }
      const double width = row.width;
      emulated.back().points.push_back({width, row.ms});
      emulated.back().ranges.push_back({width, row.min_ms, row.max_ms});
      simulated.back().points.push_back({width, row.simulated_ms});
    }
    if (emulated.empty()) continue;
    simulated.insert(simulated.end(), emulated.begin(), emulated.end());
    charts.push_back(LinesOf(
        fmt::format("{}-tpu{}-emulated", n, n == 1 ? "" : "s"),
        fmt::format("time between results on {}, our runtime", Devices(n)),
        kind, {.label = "ms", .is_log = true}, std::move(simulated)));
  }
  return charts;
}

std::vector<Chart> CpuCharts(const std::vector<CpuRow>& rows,
                             const std::string& kind) {
  std::set<int> threads;
  for (const CpuRow& row : rows) {
    if (row.kind == kind) threads.insert(row.threads);
  }
  std::vector<Line> lines;
  for (const int count : threads) {
    const std::string name =
        fmt::format("{} thread{}", count, count == 1 ? "" : "s");
    Line measured{.name = name, .origin = Origin::kMeasured};
    for (const CpuRow& row : rows) {
      if (row.kind != kind || row.threads != count) continue;
      const double width = row.width;
      measured.points.push_back({width, row.ms});
      measured.ranges.push_back({width, row.p10_ms, row.p90_ms});
    }
    Line published{
        .name = name, .origin = Origin::kPublished, .style = LineStyle::kDots};
    for (const PublishedPoint& point : PublishedPoints()) {
      if (point.experiment == kind + "-cpu" && point.devices == count) {
        published.points.push_back(
            {static_cast<double>(point.width), point.value});
      }
    }
    lines.push_back(std::move(measured));
    lines.push_back(std::move(published));
  }
  if (lines.empty()) return {};
  return {LinesOf("cpu-measured",
                  "time of an inference on a CPU: this one, and the published "
                  "i9-9900K",
                  kind, {.label = "ms", .is_log = true}, std::move(lines))};
}

}  // namespace coralline::paper
