#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/explain_text.h"
#include "coralline/cli/plan_report.h"
#include "coralline/cli/planning_options.h"
#include "coralline/cli/range_text.h"
#include "coralline/cli/splits_text.h"
#include "coralline/cli/terminal.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Answers from the simulator, before you buy the second device: where the\n"
    "time goes in each stage, why no other cut is faster, what more devices\n"
    "do, what the compiler would have cut, and what would help.\n\n"
    "Examples:\n"
    "  coralline explain model.tflite --device edgetpu-pcie --count 2\n"
    "  coralline explain model.tflite --count 4 --host python";

Json PlanJson(const ExplainedPlan& explained) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < explained.plan.stages.size(); ++i) {
    const PlannedStage& stage = explained.plan.stages[i];
    const SegmentCost& cost = explained.parts[i];
    stages.push_back({{"ops", stage.segment.ops},
                      {"replicas", stage.replicas},
                      {"busy_ns", stage.cost.busy.count()},
                      {"period_ns", stage.period().count()},
                      {"on_chip_bytes", cost.placement.cached_bytes},
                      {"off_chip_bytes", cost.placement.streamed_bytes},
                      {"compute_ms", cost.compute_ms},
                      {"streaming_ms", cost.streaming_ms},
                      {"input_ms", cost.input_ms},
                      {"output_ms", cost.output_ms + cost.relayout_ms},
                      {"fixed_ms", cost.fixed_ms + cost.instructions_ms},
                      {"host_ns", stage.cost.host.count()}});
    stages.back().update(Json::parse(RangeJson(explained.ranges[i])));
  }
  Json json = {{"period_ns", explained.plan.period.count()},
               {"latency_ns", explained.plan.latency.count()},
               {"devices", explained.num_devices},
               {"limit", WhatLimits(explained)},
               {"stages", stages}};
  json.update(Json::parse(RangeJson(explained.PeriodRange())));
  return json;
}

void PrintJson(const Explanation& all) {
  Json counts = Json::array();
  for (const auto& explained : all.by_count) {
    counts.push_back(PlanJson(explained));
  }
  Json strategies = Json::array();
  for (const auto& other : all.strategies) {
    strategies.push_back({{"strategy", StrategyName(other.strategy)}});
    if (other.explained) {
      strategies.back()["plan"] = PlanJson(*other.explained);
    } else {
      strategies.back()["why_not"] = other.why_not;
    }
  }
  Json what_ifs = Json::array();
  for (const auto& what_if : all.what_ifs) {
    what_ifs.push_back(
        {{"change", what_if.change}, {"period_ns", what_if.period.count()}});
  }
  Json answers = Json::array();
  for (const Answer& answer : AnswersOf(all)) {
    answers.push_back(
        {{"question", answer.question}, {"sentences", answer.sentences}});
  }
  Json json = {
      {"model", all.model},
      {"device", all.device},
      {"host", all.host},
      {"origin", "simulated"},
      {"count", all.count},
      {"plan", PlanJson(all.best)},
      {"certificate", ClaimText(all.best.plan, Objective::kThroughput)},
      {"by_count", counts},
      {"strategies", strategies},
      {"what_ifs", what_ifs},
      {"answers", answers}};
  if (!all.splits.empty()) json["split_layers"] = SplitsJson<Json>(all.splits);
  if (all.unsplit) json["whole_layers_plan"] = PlanJson(*all.unsplit);
  fmt::print("{}\n", json.dump(2));
}

void PrintText(const Explanation& all) {
  Print(fmt::format("{} on up to {} x {}, {} host, simulated\n\n", all.model,
                    all.count, all.device, all.host));
  fmt::print("{}", TimeTable(all.best, true, StdoutTerminal()));
  for (const Answer& answer : AnswersOf(all)) {
    Print(fmt::format("\n{}\n", answer.question));
    for (const std::string& sentence : answer.sentences) {
      Print(fmt::format("- {}\n", sentence));
    }
  }
}

DeviceGroup OneGroup(const PlanningOptions& options) {
  const auto devices = NamedDevicesOf(options);
  if (devices.size() == 1 && devices[0].device.empty()) {
    return devices[0].group;
  }
  throw Error(ErrorKind::kUsage,
              "explain takes one --device, a spec: it answers from the "
              "simulator; 'plan' takes several, and measures");
}

}  // namespace

Action ConfigureExplain(CLI::App& app) {
  struct Options : PlanningOptions {
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  options->count = 2;
  AddPlanningOptions(app, *options);
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] {
    if (options->objective != "throughput") {
      throw Error(ErrorKind::kUsage,
                  "explain is about throughput; 'plan --front' shows latency "
                  "and devices beside it");
    }
    const DeviceGroup group = OneGroup(*options);
    const Model model = ReadTflite(options->model);
    const Explanation explanation =
        Explain(model, group, ProblemOptionsOf(*options),
                PlanOptionsOf(*options), ParseSplitMode(options->split_layers));
    options->json ? PrintJson(explanation) : PrintText(explanation);
    return 0;
  };
}

}  // namespace coralline::cli
