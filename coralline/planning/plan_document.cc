#include "coralline/planning/plan_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/base/hash.h"
#include "coralline/base/json_reader.h"
#include "coralline/planning/internal/op_names.h"
#include "coralline/rewrite/split_layers.h"

namespace coralline {
namespace {

std::string_view TextOf(const SharedBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Names of constants and variables are those of an exporter. Lengths keep
// names that contain separators apart.
std::string DescribeTensor(const Graph& graph, int tensor) {
  if (tensor == Op::kNoTensor) return "none";
  const Tensor& t = graph.tensors[tensor];
  std::string name = fmt::format("{}:{}", t.name.size(), t.name);
  if (t.is_constant()) name = "constant";
  if (t.is_variable) name = "variable";
  return fmt::format("{} {} {}", name, DataTypeName(t.type),
                     FormatShape(t.shape));
}

std::string DescribeTensors(const Graph& graph,
                            const std::vector<int>& tensors) {
  std::string text;
  for (const int tensor : tensors) {
    text += fmt::format(", {}", DescribeTensor(graph, tensor));
  }
  return text;
}

}  // namespace

Model ModelOf(const PlanDocument& document, const Model& model) {
  return SplitLayers(model, document.splits);
}

PlanDocument DocumentOf(const ModelProblem& problem, const PlanOptions& options,
                        Plan plan,
                        const std::map<std::string, std::string>& specs) {
  const PlanProblem& asked = problem.problem();
  PlanDocument document{
      .model_name = problem.model().name,
      .model_hash = StructureHash(problem.model().graph),
      .objective = options.objective,
      .target_period = options.target_period,
      .max_devices = options.max_devices,
      .max_replicas = asked.max_replicas,
      .all_orders = options.all_orders,
      .host = std::string(problem.host().name),
  };
  for (std::size_t c = 0; c < asked.classes.size(); ++c) {
    const CostModel& kind = problem.cost_models()[c];
    document.classes.push_back({.device = asked.classes[c],
                                .unmapped_ops_only = kind.unmapped_ops_only,
                                .cpu_fallback = kind.cpu_fallback});
    if (!kind.spec) continue;
    const auto spec = specs.find(asked.classes[c].name);
    CORALLINE_CHECK(spec != specs.end());
    document.classes.back().spec = spec->second;
  }
  for (const PlannedStage& stage : plan.stages) {
    document.origins.push_back(problem.is_cpu(stage.device_class)
                                   ? Origin::kEstimated
                                   : Origin::kSimulated);
  }
  if (plan.certificate &&
      (plan.certificate->claim == Claim::kOneOrder || !options.all_orders)) {
    document.order = asked.order;
  }
  document.plan = std::move(plan);
  return document;
}

std::string StructureHash(const Graph& graph) {
  const OpNames names(graph);
  std::vector<std::string> lines;
  for (int op = 0; op < graph.num_ops(); ++op) {
    lines.push_back(fmt::format("{}{} ->{}", OpName(graph.ops[op]),
                                DescribeTensors(graph, graph.ops[op].inputs),
                                DescribeTensors(graph, graph.ops[op].outputs)));
    if (names.Of(op).empty()) lines.back() += fmt::format(" at {}", op);
  }
  std::sort(lines.begin(), lines.end());
  lines.push_back(DescribeTensors(graph, graph.inputs));
  lines.push_back(DescribeTensors(graph, graph.outputs));
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return HashText(text);
}

PlanDocument ReadPlanDocument(const std::filesystem::path& path,
                              const Model& model) {
  const SharedBytes bytes = ReadFile(path);
  return ParsePlanDocument(TextOf(bytes), path.string(), model);
}

void WritePlanDocument(const std::filesystem::path& path,
                       const PlanDocument& document, const Graph& graph) {
  const std::string text = FormatPlanDocument(document, graph);
  WriteFile(path, std::as_bytes(std::span(text)));
}

std::filesystem::path ModelFileOf(const std::filesystem::path& plan) {
  const SharedBytes bytes = ReadFile(plan);
  const std::filesystem::path file =
      JsonReader::Parse(TextOf(bytes), plan.string(), "a plan")
          .Member("model")
          .Member("file")
          .Text();
  for (const auto& path : {file, plan.parent_path() / file,
                           plan.parent_path() / file.filename()}) {
    if (std::filesystem::is_regular_file(path)) return path;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: its model '{}' is neither here nor beside the "
                          "plan; give it with --model",
                          plan.string(), file.string()));
}

}  // namespace coralline
