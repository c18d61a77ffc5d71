#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "coralline/cli/format.h"
#include "coralline/cli/sweep_report.h"
#include "coralline/cli/table.h"

namespace coralline::cli {
namespace {

std::string Ms(std::chrono::nanoseconds time) {
  return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e6);
}

std::string Times(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.2f}x", *ratio) : std::string("-");
}

std::string PerSecond(const SweptPlan& plan) {
  return fmt::format("{:.1f}", 1e9 / static_cast<double>(plan.period.count()));
}

std::string ModelLine(const SweptModel& model) {
  std::string line = fmt::format(
      "{}: {} ops, {} of parameters, {} MACs", model.name, model.ops,
      FormatBytes(model.parameter_bytes), FormatCount(model.macs));
  if (model.cpu_ops > 0) {
    line += fmt::format("; {} ops run on the CPU", model.cpu_ops);
  }
  line += '\n';
  if (!model.alone) return line + "does not run whole on one device\n";
  return line +
         fmt::format("one device, whole: a result every {} ms, {} streamed\n",
                     Ms(model.alone->period),
                     FormatBytes(model.alone->off_chip_bytes));
}

std::string PartsText(const SweptPlan& plan) {
  if (plan.split_layers == 0) return "";
  return fmt::format(", {} layer{} in parts", plan.split_layers,
                     plan.split_layers == 1 ? "" : "s");
}

// The same number is written once.
std::string RowsTable(const std::vector<const SweepRow*>& rows,
                      const SweepSummary& summary, const Terminal& terminal) {
  Table table({"devices>", "cut by", "used>", "stages>", "every, ms>", "range>",
               "per second>", "speed-up>", "latency, ms>", "on chip>",
               "off chip>", "worst stage>", "optimal ahead>", "certificate"});
  int last = 0;
  for (const SweepRow* row : rows) {
    const std::string count =
        row->count == last ? "" : std::to_string(row->count);
    last = row->count;
    if (!row->plan) {
      table.AddRow({count, StrategyName(row->strategy), "-", "-", "-", "-", "-",
                    "-", "-", "-", "-", "-", "-", "no plan"});
      continue;
    }
    const SweptPlan& plan = *row->plan;
    table.AddRow({count, StrategyName(row->strategy),
                  std::to_string(plan.devices), std::to_string(plan.stages),
                  Ms(plan.period), Ms(plan.low) + "-" + Ms(plan.high),
                  PerSecond(plan), Times(SweepSummary::SpeedUp(*row)),
                  Ms(plan.latency), FormatBytes(plan.on_chip_bytes),
                  FormatBytes(plan.off_chip_bytes),
                  FormatBytes(plan.worst_off_chip_bytes),
                  row->strategy == Strategy::kOptimal
                      ? ""
                      : Times(summary.OptimalAhead(*row)),
                  plan.certificate + PartsText(plan)});
  }
  table.LeaveOut({"worst stage", "on chip", "latency, ms", "certificate",
                  "stages", "per second", "range", "used", "off chip",
                  "optimal ahead"});
  return table.Format(terminal);
}

std::string Reasons(const std::vector<const SweepRow*>& rows) {
  std::string text;
  for (const SweepRow* row : rows) {
    if (row->plan) continue;
    text += fmt::format("no plan by {} on {}: {}\n",
                        StrategyName(row->strategy), row->count, row->why_not);
  }
  return text;
}

std::vector<std::string> CountHeadings(const std::vector<int>& counts) {
  std::vector<std::string> headings = {"model"};
  for (const int count : counts) headings.push_back(fmt::format("{}>", count));
  return headings;
}

// How often the optimal plan gives results, against one device; and how many
// devices are worth their price.
std::string SpeedUps(const SweepSummary& summary, const Terminal& terminal) {
  std::vector<std::string> headings = CountHeadings(summary.counts());
  headings.emplace_back("enough>");
  Table table(headings);
  for (const SweptModel& model : summary.models()) {
    std::vector<std::string> cells = {model.name};
    for (const int count : summary.counts()) {
      const SweepRow* row = summary.Find(model.name, count, Strategy::kOptimal);
      cells.push_back(Times(row ? SweepSummary::SpeedUp(*row) : std::nullopt));
    }
    const auto enough = summary.EnoughDevices(model.name);
    cells.push_back(enough ? std::to_string(*enough) : "-");
    table.AddRow(std::move(cells));
  }
  return table.Format(terminal);
}

std::string AheadOf(const SweepSummary& summary, Strategy strategy,
                    const Terminal& terminal) {
  Table table(CountHeadings(summary.counts()));
  for (const SweptModel& model : summary.models()) {
    std::vector<std::string> cells = {model.name};
    for (const int count : summary.counts()) {
      const SweepRow* row = summary.Find(model.name, count, strategy);
      cells.push_back(Times(row ? summary.OptimalAhead(*row) : std::nullopt));
    }
    table.AddRow(std::move(cells));
  }
  return table.Format(terminal);
}

std::string MethodText(Strategy strategy) {
  switch (strategy) {
    case Strategy::kCompiler:
      return "the compiler's cut";
    case Strategy::kEqualLayers:
      return "cuts into equal numbers of layers";
    case Strategy::kBalanced:
      return "cuts into equal parameters (balanced)";
    case Strategy::kLibcoral:
      return "profiled cuts (libcoral)";
    case Strategy::kExhaustive:
      return "the best cut in the model's order, one device a segment "
             "(exhaustive)";
    case Strategy::kOptimal:
      break;
  }
  return "";
}

}  // namespace

std::string SweepText(const std::vector<SweepRow>& rows,
                      const SweepHeading& heading, const Terminal& terminal) {
  const SweepSummary summary(rows, heading.objective);
  std::string text =
      fmt::format("{}, {} host, simulated\n", heading.device, heading.host);
  for (const SweptModel& model : summary.models()) {
    std::vector<const SweepRow*> own;
    for (const SweepRow& row : rows) {
      if (row.model.name == model.name) own.push_back(&row);
    }
    text += '\n' + ModelLine(model) + '\n' + RowsTable(own, summary, terminal) +
            Reasons(own);
  }
  const auto& strategies = summary.strategies();
  const bool has_optimal =
      std::count(strategies.begin(), strategies.end(), Strategy::kOptimal) > 0;
  if (!has_optimal) return Flow(text, terminal);
  text +=
      "\nHow much faster the optimal plan on so many devices is than the "
      "whole model on one,\nand the number from which more bring less "
      "than 5 %:\n\n" +
      SpeedUps(summary, terminal);
  for (const Strategy strategy : strategies) {
    if (strategy == Strategy::kOptimal) continue;
    text += fmt::format(
        "\nHow far the optimal plan is ahead of {}{}:\n\n{}",
        MethodText(strategy),
        heading.objective == Objective::kLatency ? ", in latency" : "",
        AheadOf(summary, strategy, terminal));
  }
  return Flow(text, terminal);
}

}  // namespace coralline::cli
