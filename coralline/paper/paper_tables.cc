#include "coralline/paper/paper_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace coralline::paper {
namespace {

std::string Percent(double share) {
  return fmt::format("{:+.1f} %", 100 * share);
}

// Four digits, so that 0.077 ms and 386 ms both say enough.
std::string Number(double value) { return fmt::format("{:.4g}", value); }

std::string SpeedUp(double value) { return fmt::format("{:.2f}x", value); }

std::string UnitText(const std::string& unit) {
  if (unit == "ms") return "ms";
  if (unit == "x") return "speed-up";
  return unit == "on_chip_mib" ? "MiB on chip" : "MiB off chip";
}

std::string Devices(int count) {
  return fmt::format("{} TPU{}", count, count == 1 ? "" : "s");
}

Chart Table(std::string id, std::string title,
            std::vector<std::string> headings, std::size_t num_texts) {
  TableChart table{.headings = std::move(headings)};
  for (std::size_t i = 0; i < table.headings.size(); ++i) {
    table.is_number.push_back(i >= num_texts);
  }
  return {.id = std::move(id),
          .title = std::move(title),
          .note = "",
          .origin = {},
          .body = std::move(table)};
}

TableChart& Body(Chart& chart) { return std::get<TableChart>(chart.body); }

// "0.52 / 0.534 (+2.7 %)", "47.3x / 48.4x (+2.2 %)"
std::string PointText(const ComparedPoint& point) {
  const char* unit = point.published.unit == "x" ? "x" : "";
  const std::string both =
      fmt::format("{}{} / {}{}", Number(point.published.value), unit,
                  Number(point.simulated), unit);
  return point.published.value == 0
             ? both
             : fmt::format("{} ({})", both, Percent(point.difference()));
}

bool IsMemory(const PublishedPoint& point) {
  return point.unit == "on_chip_mib" || point.unit == "off_chip_mib";
}

std::string ColumnOf(const PublishedPoint& point) {
  return IsMemory(point) ? UnitText(point.unit) : Devices(point.devices);
}

// Times and speed-ups of a series, or its memory: a column for each number of
// devices, or each memory.
Chart PointTable(const std::string& series, bool is_memory,
                 const std::vector<ComparedPoint>& points) {
  std::set<std::string> columns;
  std::map<int, std::map<std::string, std::string>> lines;
  for (const ComparedPoint& point : points) {
    const PublishedPoint& published = point.published;
    if (published.experiment != series || IsMemory(published) != is_memory) {
      continue;
    }
    const std::string column = ColumnOf(published);
    columns.insert(column);
    std::string& cell = lines[published.width][column];
    cell += (cell.empty() ? "" : "; ") + PointText(point);
  }
  std::vector<std::string> headings = {"width"};
  headings.insert(headings.end(), columns.begin(), columns.end());
  Chart chart =
      Table(fmt::format("points-{}{}", series, is_memory ? "-memory" : ""),
            SeriesTitle(series) + (is_memory ? ", memory" : ""),
            std::move(headings), 0);
  chart.note = fmt::format("Published / simulated (difference), {}.",
                           is_memory ? "MiB" : "ms");
  for (const auto& [width, cells] : lines) {
    std::vector<std::string> row = {std::to_string(width)};
    for (const std::string& column : columns) {
      const auto found = cells.find(column);
      row.push_back(found == cells.end() ? "" : found->second);
    }
    Body(chart).rows.push_back(std::move(row));
  }
  return chart;
}

// The fastest of the paper's cuts on so many devices, with our host.
const SimulatedRow* BestPaperRow(const std::vector<SimulatedRow>& rows,
                                 const SimulatedRow& ours) {
  const SimulatedRow* best = nullptr;
  for (const SimulatedRow& row : rows) {
    const bool is_rival = row.kind == ours.kind && row.width == ours.width &&
                          row.devices == ours.devices && row.cut != ours.cut &&
                          (row.devices == 1 || row.batch > 1);
    if (is_rival && (!best || row.period_ms < best->period_ms)) best = &row;
  }
  return best;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

Chart HeadlineTable(const std::vector<SimulatedRow>& rows) {
  Chart chart = Table(
      "headlines", "The best speed-ups over width",
      {"series", "file", "TPUs", "published", "at width", "simulated there",
       "simulated best", "at width", "best, difference"},
      2);
  chart.note =
      "Against one inference on one TPU. Simulated best: of the widths that "
      "were published.";
  for (const Headline& headline : Headlines()) {
    std::vector<std::string> row = {
        SeriesTitle(headline.experiment), headline.copy,
        std::to_string(headline.devices), SpeedUp(headline.speedup),
        headline.width > 0 ? std::to_string(headline.width) : "?"};
    const SimulatedRow* there =
        FindRow(rows, headline.experiment, headline.devices, headline.width);
    row.push_back(there ? SpeedUp(there->speedup) : "");
    const auto best = BestOf(rows, headline.experiment, headline.devices);
    if (best) {
      row.insert(row.end(),
                 {SpeedUp(best->speedup), std::to_string(best->width),
                  Percent(best->speedup / headline.speedup - 1)});
    } else {
      row.insert(row.end(), 3, "");
    }
    Body(chart).rows.push_back(std::move(row));
  }
  return chart;
}

Chart DifferenceTable(const std::vector<ComparedPoint>& points) {
  Chart chart = Table("differences", "How far the simulated figures are off",
                      {"series", "figure", "TPUs", "points", "median",
                       "largest", "at width", "in range"},
                      2);
  chart.note =
      "Median and largest of the differences; in range: published times within "
      "the range that the simulator gives.";
  for (const SeriesDifference& series : Differences(points)) {
    Body(chart).rows.push_back(
        {SeriesTitle(series.series), UnitText(series.unit),
         std::to_string(series.devices), std::to_string(series.points),
         fmt::format("{:.1f} %", 100 * series.median),
         Percent(series.worst.difference()),
         std::to_string(series.worst.published.width),
         series.unit == "ms"
             ? fmt::format("{} of {}", series.in_range, series.points)
             : ""});
  }
  return chart;
}

std::vector<Chart> PointTables(const std::vector<ComparedPoint>& points) {
  std::vector<Chart> tables;
  std::set<std::pair<std::string, bool>> seen;
  for (const ComparedPoint& point : points) {
    const PublishedPoint& published = point.published;
    const bool is_memory = IsMemory(published);
    if (!seen.insert({published.experiment, is_memory}).second) continue;
    tables.push_back(PointTable(published.experiment, is_memory, points));
  }
  return tables;
}

Chart PlanTable(const std::vector<SimulatedRow>& rows,
                const std::string& kind) {
  Chart chart =
      Table(kind + "-plans",
            fmt::format("{}: Coralline's plans", kind == "fc" ? "FC" : "CONV"),
            {"plan", "certificate", "width", "TPUs", "ms", "speed-up",
             "between results, ms", "the paper's best cut", "its host, ms",
             "our host, ms", "plan's gain"},
            2);
  chart.note =
      "Simulated. A plan says layers per stage, x2: on two TPUs in turn. The "
      "gain is over the best of the paper's cuts between results, both with "
      "our "
      "host; with the paper's that cut takes what stands under its host.";
  const std::vector<int> widths = EmulatedWidths().of(kind);
  for (const SimulatedRow& row : rows) {
    if (row.kind != kind || row.cut != CutName(Cut::kOptimal) ||
        std::find(widths.begin(), widths.end(), row.width) == widths.end()) {
      continue;
    }
    const SimulatedRow* rival = BestPaperRow(rows, row);
    Body(chart).rows.push_back(
        {row.split, row.certificate, std::to_string(row.width),
         std::to_string(row.devices), Number(row.ms), SpeedUp(row.speedup),
         Number(row.period_ms),
         rival ? fmt::format("{} {}", rival->cut, rival->split) : "",
         rival ? Number(rival->ms) : "", rival ? Number(rival->period_ms) : "",
         rival ? SpeedUp(rival->period_ms / row.period_ms) : ""});
  }
  return chart;
}

Chart EmulationTable(const std::vector<EmulatedRow>& rows) {
  Chart chart = Table("emulation", "Our runtime on emulated devices",
                      {"series", "TPUs", "widths", "median over simulated",
                       "of the best runs", "largest", "at width"},
                      1);
  chart.origin = Origin::kEmulated;
  chart.note =
      "Wall-clock time over what the simulated devices take alone: what the "
      "runtime and this machine add. Of the best runs: the fastest repetition "
      "of each width, which a busy machine disturbs less.";
  std::vector<std::pair<std::string, int>> order;
  std::map<std::pair<std::string, int>, std::vector<const EmulatedRow*>> all;
  for (const EmulatedRow& row : rows) {
    const std::pair key(row.experiment, row.devices);
    if (all[key].empty()) order.push_back(key);
    all[key].push_back(&row);
  }
  for (const auto& key : order) {
    std::vector<double> over;
    std::vector<double> best;
    for (const EmulatedRow* row : all[key]) {
      over.push_back(row->ms / row->simulated_ms - 1);
      best.push_back(row->min_ms / row->simulated_ms - 1);
    }
    const auto worst = std::max_element(over.begin(), over.end());
    const EmulatedRow& worst_row =
        *all[key][static_cast<std::size_t>(worst - over.begin())];
    Body(chart).rows.push_back(
        {SeriesTitle(key.first), std::to_string(key.second),
         std::to_string(over.size()), Percent(Median(over)),
         Percent(Median(best)), Percent(*worst),
         std::to_string(worst_row.width)});
  }
  return chart;
}

Chart CpuTable(const std::vector<CpuRow>& rows) {
  Chart chart = Table("cpu", "On a CPU",
                      {"network", "width", "threads", "measured, ms", "p10",
                       "p90", "published i9-9900K, ms", "difference"},
                      1);
  chart.note = "Measured here by TFLite; published: TFLite on an i9-9900K.";
  for (const CpuRow& row : rows) {
    std::vector<std::string> cells = {row.kind == "fc" ? "FC" : "CONV",
                                      std::to_string(row.width),
                                      std::to_string(row.threads),
                                      Number(row.ms),
                                      Number(row.p10_ms),
                                      Number(row.p90_ms)};
    const auto& points = PublishedPoints();
    const auto found = std::find_if(
        points.begin(), points.end(), [&row](const PublishedPoint& point) {
          return point.experiment == row.experiment &&
                 point.width == row.width && point.devices == row.threads;
        });
    if (found == points.end()) {
      cells.insert(cells.end(), 2, "");
    } else {
      cells.push_back(Number(found->value));
      cells.push_back(Percent(row.ms / found->value - 1));
    }
    Body(chart).rows.push_back(std::move(cells));
  }
  return chart;
}

std::string TableMarkdown(const Chart& chart) {
  const auto& table = std::get<TableChart>(chart.body);
  std::string text = fmt::format("| {} |\n|", fmt::join(table.headings, " | "));
  for (const bool is_number : table.is_number) {
    text += is_number ? "---:|" : "---|";
  }
  text += '\n';
  for (const auto& row : table.rows) {
    text += fmt::format("| {} |\n", fmt::join(row, " | "));
  }
  return text;
}

}  // namespace coralline::paper
