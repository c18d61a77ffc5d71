#include "coralline/cli/plan_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "coralline/cli/explain_text.h"
#include "coralline/cli/page_parts.h"
#include "coralline/cli/plan_report.h"
#include "coralline/cli/speedup_section.h"
#include "coralline/cli/splits_text.h"
#include "coralline/report/front_chart.h"
#include "coralline/report/plan_schedule.h"
#include "coralline/report/plan_stages.h"
#include "coralline/report/timeline_chart.h"

namespace coralline::cli {
namespace {

using std::chrono::nanoseconds;

double Ms(nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

std::string Devices(int count) {
  return fmt::format("{} device{}", count, count == 1 ? "" : "s");
}

// Nothing measured is about.
bool IsSimulated(const Planned& planned) {
  return !planned.measured && !planned.profile;
}

// One kind of accelerator, whose times are simulated.
const DeviceGroup* OnlyAccelerator(const PlanPageInput& input) {
  const bool is_one = IsSimulated(input.planned) && input.named.size() == 1 &&
                      input.named[0].group.spec &&
                      input.named[0].device.empty();
  return is_one ? &input.named[0].group : nullptr;
}

// The whole model on one device, and the rest on its host.
std::optional<nanoseconds> OneDevice(const PlanPageInput& input) {
  const DeviceGroup* group = OnlyAccelerator(input);
  if (group == nullptr) return std::nullopt;
  ProblemOptions as_compiled = input.problem.options();
  as_compiled.cpu_fallback = true;
  const ModelProblem problem(input.model, {*group}, as_compiled);
  const Segment whole = OpRange(0, input.model.graph.num_ops());
  const auto plan = PlanOfSegments(problem.problem(), std::span(&whole, 1));
  return plan ? std::optional(plan->period) : std::nullopt;
}

Fact CertificateFact(const Plan& plan, Objective objective) {
  if (!plan.certificate) {
    return {"certificate", "none", "made by another method", std::nullopt};
  }
  return {"certificate", ClaimText(plan, objective), plan.certificate->method,
          std::nullopt};
}

std::vector<Fact> Facts(const PlanPageInput& input,
                        const ExplainedPlan& explained) {
  const Plan& plan = input.planned.plan;
  const auto origin = OriginFromText(input.planned.origin);
  std::vector<Fact> facts = {
      {"throughput", RateText(1e3 / Ms(plan.period)),
       origin ? "in steady state" : input.planned.origin, origin},
      {"a result every", FormatMs(plan.period), "", origin},
      {"latency", FormatMs(plan.latency), "of one request alone", origin},
      {"devices", std::to_string(explained.num_devices),
       fmt::format("{} stage{}", plan.stages.size(),
                   plan.stages.size() == 1 ? "" : "s"),
       std::nullopt}};
  if (IsSimulated(input.planned)) {
    const TimeRange range = explained.PeriodRange();
    facts[1].note =
        fmt::format("may be {:.3f} to {:.3f} ms, {} confidence", range.low_ms,
                    range.high_ms, ConfidenceText(range.confidence()));
  }
  if (const auto alone = OneDevice(input)) {
    facts.push_back({"speed-up", FormatRatio(*alone, plan.period),
                     fmt::format("against {} on one device", FormatMs(*alone)),
                     origin});
  }
  facts.push_back(CertificateFact(plan, input.plan_options.objective));
  return facts;
}

// Enough for the pipeline to fill and to drain.
Section TimelineSection(const PlanPageInput& input,
                        const std::vector<ChartedStage>& stages,
                        const ExplainedPlan& explained) {
  const int requests = std::max(12, 3 * explained.num_devices);
  const Schedule schedule =
      ScheduleOf(input.planned.plan, input.problem.problem().classes, requests);
  return {
      .title = "How requests flow",
      .text = fmt::format(
          "{} requests in virtual time, with the plan's costs ({}): until "
          "the last stage has work the pipeline fills, then it gives a "
          "result every {}.",
          requests, input.planned.origin, FormatMs(input.planned.plan.period)),
      .charts = TimelineCharts(CourseOf(schedule, stages))};
}

Section MoreDevices(const PlanPageInput& input,
                    const std::optional<nanoseconds>& alone,
                    const ExplainedPlan& explained) {
  const DeviceGroup* group = OnlyAccelerator(input);
  if (group == nullptr) {
    return {.title = "What more devices bring",
            .text =
                "Left out: compared are simulated devices of one kind "
                "alone; 'coralline sweep' does it for any device spec.",
            .charts = {}};
  }
  constexpr int kFewest = 4;
  constexpr int kMost = 16;
  SpeedUpRequest request{
      .device = *group,
      .problem = input.problem.options(),
      .plan = input.plan_options,
      .split_layers = ParseSplitMode(input.options.split_layers)};
  request.device.count = std::clamp(group->count, kFewest, kMost);
  request.known = {.devices = explained.num_devices,
                   .period = input.planned.plan.period};
  if (alone) {
    request.others = {
        {.name = "this plan",
         .style = LineStyle::kDots,
         .points = {{double(explained.num_devices),
                     Ms(*alone) / Ms(input.planned.plan.period)}}}};
  }
  return SpeedUpSection(input.model, request);
}

void AddSplits(const PlanPageInput& input, Page& page) {
  if (input.chosen.splits.empty()) return;
  std::string text = SplitsText(input.chosen.splits) + ".";
  if (input.chosen.unsplit) {
    text += fmt::format(
        " With whole layers a result comes every {}, {} as long.",
        FormatMs(input.chosen.unsplit->period),
        FormatRatio(input.chosen.unsplit->period, input.planned.plan.period));
  }
  page.sections.push_back(
      {.title = "Layers in parts", .text = std::move(text), .charts = {}});
}

std::vector<Origin> OriginsOf(const PlanPageInput& input) {
  return DocumentOf(input.planned, input.problem, input.model,
                    input.chosen.splits, input.plan_options, input.options)
      .origins;
}

std::string Cuts(const Plan& plan) {
  std::string cuts;
  for (const PlannedStage& stage : plan.stages) {
    cuts += (cuts.empty() ? "" : " | ") + FormatSegment(stage.segment);
    if (stage.replicas > 1) cuts += fmt::format(" x{}", stage.replicas);
  }
  return cuts;
}

}  // namespace

Page PlanPage(const PlanPageInput& input) {
  const Plan& plan = input.planned.plan;
  const ExplainedPlan explained = ExplainPlan(input.problem, plan);
  const auto stages =
      ChartedStagesOf(input.problem, explained, OriginsOf(input));
  Page page{.title = fmt::format("Plan of {} on {}", input.problem.model().name,
                                 Devices(explained.num_devices)),
            .subtitle = fmt::format("{} stages, {} host; times are {}.",
                                    plan.stages.size(), input.options.host,
                                    input.planned.origin),
            .facts = Facts(input, explained),
            .sections = StageSections(input.problem.model().graph, stages),
            .provenance = Provenance()};
  AddSplits(input, page);
  page.sections.push_back(TimelineSection(input, stages, explained));
  page.sections.push_back(MoreDevices(input, OneDevice(input), explained));
  page.sections.push_back(
      CertificateSection(plan, input.plan_options.objective));
  if (IsSimulated(input.planned)) {
    page.sections.push_back(RangeSection(explained.PeriodRange()));
  }
  return page;
}

Page FrontPage(const ModelProblem& problem, const std::vector<Plan>& front,
               const PlanCommandOptions& options) {
  std::vector<FrontPoint> points;
  TableChart table{.headings = {"devices", "stages", "every, ms", "per second",
                                "latency, ms", "cuts"},
                   .is_number = {true, true, true, true, true, false}};
  for (const Plan& plan : front) {
    const int devices = NumDevices(plan, problem);
    points.push_back({devices, Ms(plan.period), Ms(plan.latency)});
    table.rows.push_back({std::to_string(devices),
                          std::to_string(plan.stages.size()),
                          fmt::format("{:.3f}", Ms(plan.period)),
                          fmt::format("{:.1f}", 1e3 / Ms(plan.period)),
                          fmt::format("{:.3f}", Ms(plan.latency)), Cuts(plan)});
  }
  Chart rows{.id = "front-table",
             .title = "The plans",
             .note = "",
             .origin = Origin::kSimulated,
             .body = std::move(table)};
  return {.title = fmt::format("Plans of {} that no other beats",
                               problem.model().name),
          .subtitle = fmt::format("Throughput, latency and devices, {} host; "
                                  "times are simulated.",
                                  options.host),
          .facts = {{"plans", std::to_string(front.size()), "", std::nullopt}},
          .sections = {{.title = "What each plan trades",
                        .text = "No plan is better than one of these in "
                                "throughput, latency and devices at once.",
                        .charts = {FrontChart(points), std::move(rows)}}},
          .provenance = Provenance()};
}

}  // namespace coralline::cli
