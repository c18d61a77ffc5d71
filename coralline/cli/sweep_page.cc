#include "coralline/cli/sweep_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "coralline/cli/format.h"
#include "coralline/cli/page_parts.h"
#include "coralline/report/charted_stage.h"
#include "coralline/report/speedup_chart.h"

namespace coralline::cli {
namespace {

// More lines nobody tells apart.
constexpr std::size_t kMaxLines = 6;

double Ms(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

bool HasOptimal(const SweepSummary& summary) {
  const auto& all = summary.strategies();
  return std::count(all.begin(), all.end(), Strategy::kOptimal) > 0;
}

int MostDevices(const SweepSummary& summary) {
  return *std::max_element(summary.counts().begin(), summary.counts().end());
}

// A model's name where a file name is wanted.
std::string FileText(const std::string& name) {
  std::string text = name;
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && c != '_' && c != '.') c = '-';
  }
  return text;
}

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How far ahead our plans are with most devices, in the median of the models.
std::optional<double> MedianAhead(const SweepSummary& summary,
                                  Strategy strategy) {
  std::vector<double> values;
  for (const SweptModel& model : summary.models()) {
    const auto* row = summary.Find(model.name, MostDevices(summary), strategy);
    const auto ahead = row ? summary.OptimalAhead(*row) : std::nullopt;
    if (ahead) values.push_back(*ahead);
  }
  return Median(std::move(values));
}

std::vector<Fact> Facts(const std::vector<SweepRow>& rows,
                        const SweepSummary& summary) {
  const auto planned =
      std::count_if(rows.begin(), rows.end(),
                    [](const SweepRow& row) { return row.plan.has_value(); });
  std::vector<Fact> facts = {
      {"models", std::to_string(summary.models().size()), "", std::nullopt},
      {"devices", fmt::format("{}", fmt::join(summary.counts(), ", ")), "",
       std::nullopt},
      {"plans", std::to_string(planned),
       fmt::format("of {} cells; the others have none", rows.size()),
       std::nullopt}};
  if (!HasOptimal(summary)) return facts;
  for (const Strategy strategy : summary.strategies()) {
    if (strategy == Strategy::kOptimal) continue;
    const auto ahead = MedianAhead(summary, strategy);
    if (!ahead) continue;
    facts.push_back({"ahead of " + StrategyName(strategy),
                     fmt::format("{:.2f}x", *ahead),
                     fmt::format("on {} devices, median of the models",
                                 MostDevices(summary)),
                     Origin::kSimulated});
  }
  return facts;
}

Section SpeedUps(const SweepSummary& summary) {
  const bool has_few = summary.models().size() <= kMaxLines;
  Section section{
      .title = "What more devices bring",
      .text =
          "How many times as often as one device with the whole model the "
          "best plan gives results.",
      .charts = {has_few ? SpeedUpOfModels(summary)
                         : SpeedUpBars(summary, MostDevices(summary)),
                 SpeedUpTable(summary)}};
  return section;
}

Section Comparisons(const SweepSummary& summary) {
  Section section{.title = "How far the best plans are ahead",
                  .text =
                      "The value of the objective that another method "
                      "reaches over that of the best plan, for as many "
                      "devices."};
  for (const Strategy strategy : summary.strategies()) {
    if (strategy == Strategy::kOptimal) continue;
    section.charts.push_back(AheadTable(summary, strategy));
  }
  return section;
}

std::string ModelText(const SweptModel& model) {
  std::string text =
      fmt::format("{} ops, {} of parameters, {} MACs.", model.ops,
                  SizeText(model.parameter_bytes), FormatCount(model.macs));
  if (model.cpu_ops > 0) {
    text += fmt::format(" {} ops run on the CPU.", model.cpu_ops);
  }
  if (!model.alone) return text + " It does not run whole on one device.";
  return text +
         fmt::format(
             " One device gives a result every {:.3f} ms and streams {} at "
             "every inference.",
             Ms(model.alone->period), SizeText(model.alone->off_chip_bytes));
}

std::vector<std::string> RowCells(const SweepRow& row) {
  const std::string count = std::to_string(row.count);
  if (!row.plan) {
    return {count,      MethodTitle(row.strategy), "-", "-", "-", "-", "-",
            row.why_not};
  }
  const SweptPlan& plan = *row.plan;
  const auto speed_up = SweepSummary::SpeedUp(row);
  return {count,
          MethodTitle(row.strategy),
          std::to_string(plan.stages),
          fmt::format("{:.3f}", Ms(plan.period)),
          speed_up ? fmt::format("{:.2f}x", *speed_up) : "-",
          fmt::format("{:.3f}", Ms(plan.latency)),
          SizeText(plan.off_chip_bytes),
          plan.certificate};
}

Chart RowsTable(const std::vector<SweepRow>& rows, const std::string& model) {
  TableChart table{
      .headings = {"devices", "cut by", "stages", "every, ms", "speed-up",
                   "latency, ms", "streamed", "certificate"},
      .is_number = {true, false, true, true, true, true, true, false}};
  for (const SweepRow& row : rows) {
    if (row.model.name == model) table.rows.push_back(RowCells(row));
  }
  return {.id = "plans",
          .title = "All plans",
          .note = "",
          .origin = Origin::kSimulated,
          .body = std::move(table)};
}

Section ModelSection(const std::vector<SweepRow>& rows,
                     const SweepSummary& summary, std::size_t index) {
  const SweptModel& model = summary.models()[index];
  Section section{.title = model.name,
                  .text = ModelText(model),
                  .charts = {SpeedUpChart(summary, model.name),
                             RowsTable(rows, model.name)}};
  for (Chart& chart : section.charts) {
    chart.id += fmt::format("-{}-{}", index + 1, FileText(model.name));
  }
  if (!model.alone) section.charts.erase(section.charts.begin());
  return section;
}

}  // namespace

Page SweepPage(const std::vector<SweepRow>& rows, const SweepHeading& heading) {
  const SweepSummary summary(rows, heading.objective);
  Page page{
      .title =
          fmt::format("Sweep of {} model{} on {}", summary.models().size(),
                      summary.models().size() == 1 ? "" : "s", heading.device),
      .subtitle = fmt::format("Simulated: no device was used. Best plans in "
                              "{}, {} host.",
                              ObjectiveName(heading.objective), heading.host),
      .facts = {},
      .sections = {},
      .provenance = Provenance()};
  if (rows.empty()) {
    page.subtitle = "Nothing was planned: the sweep was interrupted.";
    return page;
  }
  page.facts = Facts(rows, summary);
  if (HasOptimal(summary)) {
    if (summary.models().size() > 1) page.sections.push_back(SpeedUps(summary));
    if (summary.strategies().size() > 1) {
      page.sections.push_back(Comparisons(summary));
    }
  }
  for (std::size_t i = 0; i < summary.models().size(); ++i) {
    page.sections.push_back(ModelSection(rows, summary, i));
  }
  return page;
}

}  // namespace coralline::cli
