#include "coralline/cli/run_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/cli/format.h"
#include "coralline/cli/page_parts.h"
#include "coralline/cli/run_charts.h"
#include "coralline/report/latency_chart.h"
#include "coralline/report/timeline_chart.h"
#include "coralline/rewrite/split_layers.h"

namespace coralline::cli {
namespace {

Origin OriginOf(const RunReport& report) {
  return IsEmulated(report) ? Origin::kEmulated : Origin::kMeasured;
}

std::string Difference(double achieved, double predicted) {
  return fmt::format("{:+.1f} %", 100 * (achieved / predicted - 1));
}

// Of what became of the requests.
std::string Answers(const RunStats& stats) {
  std::string text = fmt::format("{} done", stats.done());
  const auto add = [&text](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(stats.failed, "failed");
  add(stats.expired, "expired");
  add(stats.cancelled, "cancelled");
  add(stats.rerun, "run again after a fault");
  return text;
}

Fact ThroughputFact(const RunReport& report) {
  const double achieved = report.stats.throughput_rps;
  Fact fact{"throughput", RateText(achieved), "", OriginOf(report)};
  if (const auto predicted = PredictedThroughput(report)) {
    fact.note = fmt::format(
        "{}{} ({}): {}", RateText(*predicted),
        HasChanged(report) ? " predicted of the first plan" : " predicted",
        report.plan_origin, Difference(achieved, *predicted));
  }
  return fact;
}

std::vector<Fact> Facts(const RunReport& report) {
  const RunStats& stats = report.stats;
  std::vector<Fact> facts;
  if (stats.done() > 0) {
    facts.push_back(ThroughputFact(report));
    facts.push_back({"latency, median",
                     FormatDuration(stats.latency.Percentile(50)),
                     fmt::format("p99 {}, max {}",
                                 FormatDuration(stats.latency.Percentile(99)),
                                 FormatDuration(stats.latency.max())),
                     OriginOf(report)});
  }
  facts.push_back({"requests", std::to_string(stats.requests), Answers(stats),
                   std::nullopt});
  facts.push_back({"duration", FormatDuration(stats.wall),
                   stats.stopped ? "interrupted" : "", std::nullopt});
  if (report.check) {
    facts.push_back(
        {"outputs",
         report.check->different() == 0
             ? "equal"
             : fmt::format("{} of {} differ", report.check->different(),
                           report.check->compared()),
         fmt::format("compared with {} on the CPU", report.check->reference()),
         std::nullopt});
  }
  return facts;
}

// The device that is at work most of the time, and how its prediction held.
std::string BusiestText(const RunReport& report) {
  const ReplicaStats* busiest = nullptr;
  std::size_t its_stage = 0;
  const auto& stages = report.stats.stages;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const ReplicaStats& replica : stages[i].replicas) {
      if (busiest != nullptr && replica.busy.sum() <= busiest->busy.sum()) {
        continue;
      }
      busiest = &replica;
      its_stage = i;
    }
  }
  if (busiest == nullptr || busiest->busy.count() == 0) return "";
  std::string text = fmt::format(
      "Stage {} is the bottleneck: device {} ({}) works for {} of the time, {} "
      "an inference in the median",
      its_stage, busiest->device, busiest->description,
      FormatShare(busiest->busy.sum(), WholeTime(report, *busiest)),
      FormatDuration(busiest->busy.Percentile(50)));
  if (busiest->predicted.count() > 0) {
    text += fmt::format(" where {} were predicted",
                        FormatDuration(busiest->predicted));
  }
  return text + ".";
}

std::string SteadyText(const RunStats& stats) {
  const auto variation = stats.windows.variation();
  if (!variation) return "The run was too short to tell.";
  return fmt::format(
      "Over the windows of the run the throughput varies by {:.1f} % "
      "(coefficient of variation){}.",
      100 * *variation,
      IsUnstable(stats) ? ": too much for one figure to stand for it" : "");
}

void AddMeasurements(const RunReport& report, Page& page) {
  const RunStats& stats = report.stats;
  const Origin origin = OriginOf(report);
  page.sections.push_back(
      {.title = "Predicted and achieved",
       .text = BusiestText(report),
       .charts = {DeviceTable(report), DeviceBars(report)}});
  page.sections.push_back(
      {.title = "How long requests take",
       .text = fmt::format("Half of the requests take {} or less, one in a "
                           "hundred more than {}.",
                           FormatDuration(stats.latency.Percentile(50)),
                           FormatDuration(stats.latency.Percentile(99))),
       .charts = {LatencyChart(stats.latency, origin)}});
  Section steady{.title = "How steady it was", .text = SteadyText(stats)};
  if (stats.windows.rates().size() > 1) {
    steady.charts.push_back(ThroughputChart(stats, origin));
  }
  page.sections.push_back(std::move(steady));
}

void AddTimeline(const RunReport& report, Page& page) {
  Course course = CourseOf(report.trace, static_cast<RequestId>(report.warmup),
                           DeviceTitles(report), OriginOf(report));
  if (course.spans.empty()) return;
  course.is_cut = IsTraceCut(report);
  page.sections.push_back(
      {.title = "How requests flow",
       .text = fmt::format("As it happened, {} in wall-clock time, from the "
                           "first request that counts.",
                           OriginText(course.origin)),
       .charts = TimelineCharts(course)});
}

// What ran at first, with the times that were expected.
std::vector<ChartedStage> PlannedStages(const RunReport& report,
                                        const Model& model) {
  std::vector<ChartedStage> stages;
  for (std::size_t i = 0; i < report.plan.stages.size(); ++i) {
    const PlannedStage& planned = report.plan.stages[i];
    ChartedStage stage{
        .device = report.class_names[i],
        .replicas = planned.replicas,
        .segment = planned.segment,
        .busy_ms = static_cast<double>(planned.cost.busy.count()) / 1e6};
    if (report.specs[i]) Simulate(stage, model, *report.specs[i]);
    stages.push_back(std::move(stage));
  }
  return stages;
}

bool Covers(const std::vector<ChartedStage>& stages, const Graph& graph) {
  std::size_t count = 0;
  for (const ChartedStage& stage : stages) count += stage.segment.ops.size();
  return count == graph.ops.size();
}

void AddCuts(const RunReport& report, const Model& whole, Page& page) {
  if (IsCompiled(whole.graph)) return;  // nobody sees into it
  const Model model = SplitLayers(whole, report.splits);
  const auto stages = PlannedStages(report, model);
  if (stages.empty() || !Covers(stages, model.graph)) return;
  auto sections = CutSections(model.graph, stages);
  if (HasChanged(report)) sections.front().title += " at first";
  page.sections.insert(page.sections.end(), sections.begin(), sections.end());
}

void AddEvents(const RunReport& report, Page& page) {
  const auto& events = report.stats.events;
  if (events.empty()) return;
  page.sections.push_back({.title = "What happened on the way",
                           .text = fmt::format("{} event{}. {}", events.size(),
                                               events.size() == 1 ? "" : "s",
                                               Answers(report.stats) + "."),
                           .charts = {EventTable(report.stats)}});
}

void AddEmulation(const RunReport& report, Page& page) {
  if (!IsEmulated(report)) return;
  Section section{.title = "How emulated devices kept time",
                  .text =
                      "Device times are simulated and slept for; the "
                      "pipeline, its threads and its waits are real. "
                      "Nothing here was measured on an accelerator."};
  if (auto table = EmulationTable(report)) {
    section.charts.push_back(std::move(*table));
  }
  page.sections.push_back(std::move(section));
}

std::string Subtitle(const RunReport& report) {
  const RunStats& stats = report.stats;
  if (stats.done() == 0) {
    const std::string why = stats.error     ? stats.error->what()
                            : stats.stopped ? "it was interrupted"
                                            : "none was sent";
    return fmt::format("No request was done, so there are no times: {}.", why);
  }
  return fmt::format(
      "{} requests in {}, {}{}.", stats.requests, FormatDuration(stats.wall),
      IsEmulated(report) ? "emulated in wall-clock time" : "measured",
      stats.stopped ? ", interrupted" : "");
}

}  // namespace

Page RunPage(const RunReport& report, const Model& model) {
  std::size_t num_devices = 0;
  for (const StageStats& stage : report.stats.stages) {
    num_devices += stage.replicas.size();
  }
  Page page{.title = fmt::format("Run of {} on {} device{}", report.model,
                                 num_devices, num_devices == 1 ? "" : "s"),
            .subtitle = Subtitle(report),
            .facts = Facts(report),
            .sections = {},
            .provenance = Provenance(report.tflite)};
  if (report.stats.done() > 0) AddMeasurements(report, page);
  AddTimeline(report, page);
  AddEvents(report, page);
  AddCuts(report, model, page);
  AddEmulation(report, page);
  if (report.plan.certificate) {
    page.sections.push_back(
        CertificateSection(report.plan, Objective::kThroughput));
  }
  return page;
}

}  // namespace coralline::cli
