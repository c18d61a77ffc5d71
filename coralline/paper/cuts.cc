#include "coralline/paper/cuts.h"

#include <fmt/format.h>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/plan/compiler_partitioner.h"
#include "coralline/plan/equal_layers.h"
#include "coralline/plan/exhaustive_cuts.h"
#include "coralline/plan/libcoral_partitioner.h"
#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"

namespace coralline::paper {
namespace {

std::vector<Segment> SegmentsOf(const std::vector<int>& layers) {
  std::vector<Segment> segments;
  int begin = 0;
  for (const int count : layers) {
    segments.push_back(OpRange(begin, begin + count));
    begin += count;
  }
  return segments;
}

// What the memory columns of the "threshold0.5" files show, but for two
// devices from N = 2020, where they name 4-1 and the times are those of 2-3.
std::vector<int> BalancedLayers(int devices, int width) {
  constexpr int kTwoDevicesFrom = 1620;
  constexpr int kThreeDevicesFrom = 2020;
  switch (devices) {
    case 2:
      return width < kTwoDevicesFrom ? std::vector{1, 4} : std::vector{2, 3};
    case 3:
      return width < kThreeDevicesFrom ? std::vector{1, 1, 3}
                                       : std::vector{2, 1, 2};
    default:
      return {1, 1, 1, 2};
  }
}

std::vector<Segment> DefaultSegments(const Experiment& experiment,
                                     const Graph& graph) {
  return experiment.kind == "fc" ? EqualLayerSegments(graph, experiment.devices)
                                 : CompilerSegments(graph, experiment.devices);
}

std::vector<Segment> ProfiledSegments(const Experiment& experiment,
                                      const ModelProblem& problem) {
  if (experiment.kind == "fc") {
    return ExhaustiveSegments(problem.problem(), experiment.devices).value();
  }
  const Graph& graph = problem.model().graph;
  auto found =
      LibcoralSegments(graph, *problem.problem().costs, experiment.devices);
  // It writes nothing where it finds nothing better.
  if (found.segments.empty())
    return CompilerSegments(graph, experiment.devices);
  return std::move(found.segments);
}

CutNetwork OptimalCut(const ModelProblem& problem) {
  const Plan plan = FindPlan(problem.problem(), {}).value();
  CutNetwork cut{
      .segments = plan.segments(),
      .replicas = {},
      .certificate = ClaimText(*plan.certificate, plan.period.count())};
  for (const PlannedStage& stage : plan.stages) {
    cut.replicas.push_back(stage.replicas);
  }
  return cut;
}

}  // namespace

std::string CutNetwork::text() const {
  std::string text;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i > 0) text += '-';
    text += std::to_string(segments[i].ops.size());
    if (replicas[i] > 1) text += fmt::format("x{}", replicas[i]);
  }
  return text;
}

CutNetwork CutFor(const Experiment& experiment, const Model& model, int width,
                  const DeviceSpec& spec) {
  const ModelProblem problem(
      model, {{.name = spec.name, .count = experiment.devices, .spec = spec}},
      {.host = experiment.host});
  CutNetwork cut;
  switch (experiment.cut) {
    case Cut::kWhole:
      cut.segments = {OpRange(0, model.graph.num_ops())};
      break;
    case Cut::kDefault:
      cut.segments = DefaultSegments(experiment, model.graph);
      break;
    case Cut::kBalanced:
      cut.segments = SegmentsOf(BalancedLayers(experiment.devices, width));
      break;
    case Cut::kProfiled:
      cut.segments = ProfiledSegments(experiment, problem);
      break;
    case Cut::kOptimal:
      return OptimalCut(problem);
  }
  cut.replicas.assign(cut.segments.size(), 1);
  return cut;
}

}  // namespace coralline::paper
