#include "coralline/report/speedup_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace coralline {
namespace {

std::string Times(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.2f}x", *ratio) : std::string("-");
}

Line LineOf(const SweepSummary& summary, const std::string& model,
            Strategy strategy, std::string name) {
  Line line{.name = std::move(name),
            .style = strategy == Strategy::kOptimal ? LineStyle::kLine
                                                    : LineStyle::kDashed};
  std::vector<int> counts = summary.counts();
  std::sort(counts.begin(), counts.end());
  for (const int count : counts) {
    const SweepRow* row = summary.Find(model, count, strategy);
    const auto speed_up = row ? SweepSummary::SpeedUp(*row) : std::nullopt;
    if (speed_up) line.points.push_back({double(count), *speed_up});
  }
  return line;
}

LineChart EmptyLines() {
  return {.x = {"devices"}, .y = {"speed-up against one device"}};
}

void Add(LineChart& chart, Line line) {
  if (!line.points.empty()) chart.lines.push_back(std::move(line));
}

// A table with a column for each number of devices.
TableChart CountsTable(const SweepSummary& summary) {
  TableChart table{.headings = {"model"}, .is_number = {false}};
  for (const int count : summary.counts()) {
    table.headings.push_back(
        fmt::format("{} device{}", count, count == 1 ? "" : "s"));
    table.is_number.push_back(true);
  }
  return table;
}

}  // namespace

std::string MethodTitle(Strategy strategy) {
  switch (strategy) {
    case Strategy::kOptimal:
      return "best plan";
    case Strategy::kCompiler:
      return "edgetpu_compiler --num_segments";
    case Strategy::kEqualLayers:
      return "equal numbers of layers";
    case Strategy::kBalanced:
      return "equal parameters";
    case Strategy::kLibcoral:
      return "libcoral, by profiles";
    case Strategy::kExhaustive:
      return "best cut of the model's order";
  }
  return "";
}

Chart SpeedUpChart(const SweepSummary& summary, const std::string& model) {
  LineChart lines = EmptyLines();
  std::vector<Strategy> strategies = summary.strategies();
  std::stable_partition(strategies.begin(), strategies.end(),
                        [](Strategy s) { return s == Strategy::kOptimal; });
  for (const Strategy strategy : strategies) {
    Add(lines, LineOf(summary, model, strategy, MethodTitle(strategy)));
  }
  return {.id = "speed-up",
          .title = "What more devices bring",
          .note =
              "Results a second against the whole model on one device, in "
              "steady state. Where a method finds no plan it has no point.",
          .origin = Origin::kSimulated,
          .body = std::move(lines)};
}

Chart SpeedUpOfModels(const SweepSummary& summary) {
  LineChart lines = EmptyLines();
  for (const SweptModel& model : summary.models()) {
    Add(lines, LineOf(summary, model.name, Strategy::kOptimal, model.name));
  }
  return {.id = "speed-up",
          .title = "What more devices bring to each model",
          .note =
              "Results a second of the best plan against the whole model "
              "on one device, in steady state.",
          .origin = Origin::kSimulated,
          .body = std::move(lines)};
}

Chart SpeedUpBars(const SweepSummary& summary, int count) {
  BarChart bars{.y = {"speed-up against one device"}};
  BarPart part{.name = MethodTitle(Strategy::kOptimal)};
  for (const SweptModel& model : summary.models()) {
    const SweepRow* row = summary.Find(model.name, count, Strategy::kOptimal);
    const auto speed_up = row ? SweepSummary::SpeedUp(*row) : std::nullopt;
    bars.bars.push_back(model.name);
    part.values.push_back(speed_up.value_or(0));
  }
  bars.parts.push_back(std::move(part));
  return {.id = "speed-up",
          .title = fmt::format("What {} devices bring to each model", count),
          .note =
              "Results a second of the best plan against the whole model "
              "on one device, in steady state; 0 where there is none.",
          .origin = Origin::kSimulated,
          .body = std::move(bars)};
}

Chart SpeedUpTable(const SweepSummary& summary) {
  TableChart table = CountsTable(summary);
  table.headings.emplace_back("enough");
  table.is_number.push_back(true);
  for (const SweptModel& model : summary.models()) {
    std::vector<std::string> row = {model.name};
    for (const int count : summary.counts()) {
      const auto* cell = summary.Find(model.name, count, Strategy::kOptimal);
      row.push_back(Times(cell ? SweepSummary::SpeedUp(*cell) : std::nullopt));
    }
    const auto enough = summary.EnoughDevices(model.name);
    row.push_back(enough ? std::to_string(*enough) : "-");
    table.rows.push_back(std::move(row));
  }
  return {.id = "speed-up-table",
          .title = "Speed-up of the best plans",
          .note =
              "'Enough' is the number of devices from which more bring "
              "less than 5 %.",
          .origin = Origin::kSimulated,
          .body = std::move(table)};
}

Chart AheadTable(const SweepSummary& summary, Strategy strategy) {
  TableChart table = CountsTable(summary);
  for (const SweptModel& model : summary.models()) {
    std::vector<std::string> row = {model.name};
    for (const int count : summary.counts()) {
      const SweepRow* cell = summary.Find(model.name, count, strategy);
      row.push_back(Times(cell ? summary.OptimalAhead(*cell) : std::nullopt));
    }
    table.rows.push_back(std::move(row));
  }
  return {
      .id = "ahead-of-" + StrategyName(strategy),
      .title = "How far the best plan is ahead of: " + MethodTitle(strategy),
      .note = "1.00x is as good; '-' where that method has no plan.",
      .origin = Origin::kSimulated,
      .body = std::move(table)};
}

}  // namespace coralline
