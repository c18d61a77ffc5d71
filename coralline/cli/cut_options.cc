#include "coralline/cli/cut_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "coralline/base/error.h"
#include "coralline/graph/balance.h"
#include "coralline/planning/plan_document.h"

namespace coralline::cli {
namespace {

// "0-4,7" as {0, 1, 2, 3, 4, 7}.
Segment ParseOps(const Graph& graph, const std::string& text) {
  Segment segment;
  const char* at = text.data();
  const char* end = at + text.size();
  const auto number = [&](int& value) {
    const auto parsed = std::from_chars(at, end, value);
    at = parsed.ptr;
    return parsed.ec == std::errc() && value >= 0 && value < graph.num_ops();
  };
  bool valid = !text.empty();
  while (valid && at != end) {
    int first = 0;
    valid = number(first);
    int last = first;
    if (valid && at != end && *at == '-') {
      ++at;
      valid = number(last) && last >= first;
    }
    for (int op = first; valid && op <= last; ++op) segment.ops.push_back(op);
    if (valid && at != end) valid = *at++ == ',' && at != end;
  }
  if (valid) return segment;
  throw Error(ErrorKind::kUsage,
              fmt::format("--ops {}: expected op numbers and ranges between 0 "
                          "and {}, such as 0-4,7",
                          text, graph.num_ops() - 1));
}

}  // namespace

void AddCutOptions(CLI::App& app, CutOptions& options) {
  auto* group = app.add_option_group("Where to cut (one of)");
  group
      ->add_option("--cuts", options.cuts,
                   "Cut before these ops, such as 12,30")
      ->delimiter(',');
  group
      ->add_option("--at", options.at,
                   "Cut after the op that produces this tensor; repeatable")
      ->allow_extra_args(false);
  group
      ->add_option("--ops", options.ops,
                   "The ops of one segment, such as 0-4,7; once per segment")
      ->allow_extra_args(false);
  group->add_option("--stages", options.stages,
                    "So many segments of about equal parameter bytes");
  group->add_option("--plan", options.plan,
                    "The segments of a plan file, made by 'plan -o'");
  group->require_option(0, 1);
}

bool HasCuts(const CutOptions& options) {
  return !options.cuts.empty() || !options.at.empty() || !options.ops.empty() ||
         options.stages || !options.plan.empty();
}

CutModel CutAsAsked(const Model& model, const CutOptions& options) {
  if (options.plan.empty()) return {model, ChooseSegments(model, options)};
  const PlanDocument document = ReadPlanDocument(options.plan, model);
  return {ModelOf(document, model), document.plan.segments()};
}

std::vector<Segment> ChooseSegments(const Model& model,
                                    const CutOptions& options) {
  const Graph& graph = model.graph;
  if (IsCompiled(graph)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: compiled for the Edge TPU, which makes one "
                            "operator of the model; to cut it, give the "
                            ".tflite file that was compiled",
                            model.name));
  }
  if (!options.ops.empty()) {
    std::vector<Segment> segments;
    for (const std::string& text : options.ops) {
      segments.push_back(ParseOps(graph, text));
    }
    return segments;
  }
  std::vector<int> cuts = options.cuts;
  if (options.stages) cuts = EqualParameterCuts(graph, *options.stages);
  for (const std::string& name : options.at) {
    cuts.push_back(CutAfterTensor(graph, name));
  }
  if (!options.at.empty()) std::sort(cuts.begin(), cuts.end());
  return SegmentsAt(graph.num_ops(), cuts);
}

}  // namespace coralline::cli
