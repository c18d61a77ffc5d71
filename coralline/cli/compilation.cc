#include "coralline/cli/compilation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/progress.h"
#include "coralline/planning/plan_document.h"
#include "coralline/sim/operator_support.h"
#include "coralline/sim/segment_cost.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/reader.h"
#include "coralline/tflite/writer.h"

namespace coralline::cli {
namespace {

bool IsModel(const CompileOptions& options) {
  return std::filesystem::path(options.input).extension() == ".tflite";
}

// Empty without a plan.
std::string PlanFile(const CompileOptions& options) {
  if (IsModel(options)) return options.cuts.plan;
  if (!HasCuts(options.cuts)) return options.input;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: a plan has its own cuts; give a .tflite file to "
                          "cut it elsewhere",
                          options.input));
}

std::filesystem::path ModelFile(const CompileOptions& options) {
  if (!IsModel(options)) {
    return options.model.empty() ? ModelFileOf(options.input)
                                 : std::filesystem::path(options.model);
  }
  if (options.model.empty()) return options.input;
  throw Error(ErrorKind::kUsage,
              fmt::format("--model {}: the model is {} already; --model goes "
                          "with a plan",
                          options.model, options.input));
}

// Of the ops that the plan's Edge TPU runs; nullopt where there are none.
std::optional<Placement> PlacementOf(const Model& model, const Segment& segment,
                                     const DeviceSpec& spec) {
  const auto mappings = MapOps(model.graph);
  Segment mapped;
  for (const int op : segment.ops) {
    if (mappings[op].is_mapped()) mapped.ops.push_back(op);
  }
  if (mapped.ops.empty()) return std::nullopt;
  const auto layers = MakeLayers(model.graph, spec, OpsWithBias(model));
  return CostOf(model.graph, mapped, layers, spec).placement;
}

std::vector<CompileStage> StagesOf(const PlanDocument& document,
                                   const Model& model) {
  std::vector<CompileStage> stages;
  for (const PlannedStage& planned : document.plan.stages) {
    const ClassDocument& device = document.classes[planned.device_class];
    CompileStage stage{.segment = planned.segment,
                       .device = device.device.name,
                       .is_cpu = device.spec.empty()};
    if (!stage.is_cpu) {
      stage.simulated =
          PlacementOf(model, stage.segment,
                      ParseDeviceSpec(device.spec, device.device.name));
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

// The segments' models; one that is the whole model has the model's name.
void Extract(const Model& model, std::vector<CompileStage>& stages) {
  std::vector<Segment> segments;
  for (const auto& stage : stages) segments.push_back(stage.segment);
  std::vector<Model> models = SplitModel(model, segments);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stages[i].model = std::move(models[i]);
    if (stages.size() == 1) stages[i].model.name = model.name;
  }
}

std::vector<int> ToCompile(const Compilation& compilation) {
  std::vector<int> stages;
  for (std::size_t i = 0; i < compilation.stages.size(); ++i) {
    if (!compilation.stages[i].is_cpu) stages.push_back(static_cast<int>(i));
  }
  return stages;
}

}  // namespace

Compilation ReadCompilation(const CompileOptions& options) {
  const std::string plan = PlanFile(options);
  Compilation compilation{.model_file = ModelFile(options)};
  Model model = ReadTflite(compilation.model_file);
  compilation.model_name = model.name;
  if (!plan.empty()) {
    const PlanDocument document = ReadPlanDocument(plan, model);
    model = ModelOf(document, model);
    compilation.stages = StagesOf(document, model);
  } else {
    for (Segment& segment : ChooseSegments(model, options.cuts)) {
      compilation.stages.push_back({.segment = std::move(segment)});
    }
  }
  Extract(model, compilation.stages);
  return compilation;
}

CompilerOptions CompilerOptionsOf(const CompileOptions& options) {
  CompilerOptions compiler{.program = options.compiler,
                           .jobs = options.jobs,
                           .min_runtime_version = options.min_runtime_version,
                           .should_stop = [] { return Interrupted().load(); }};
  if (options.timeout) compiler.timeout = *options.timeout;
  if (!options.no_cache) {
    compiler.cache = options.cache.empty()
                         ? DefaultCompiledPath()
                         : std::filesystem::path(options.cache);
  }
  return compiler;
}

bool AreKnown(const Compilation& compilation, const EdgeTpuCompiler& compiler) {
  return std::all_of(compilation.stages.begin(), compilation.stages.end(),
                     [&](const CompileStage& stage) {
                       return stage.is_cpu || compiler.Find(stage.model);
                     });
}

void CompileStages(Compilation& compilation, const EdgeTpuCompiler& compiler) {
  const std::vector<int> indices = ToCompile(compilation);
  std::vector<Model> models;
  for (const int i : indices) models.push_back(compilation.stages[i].model);
  Progress progress("compiled", static_cast<std::int64_t>(models.size()));
  progress.Update(0);
  auto compiled = compiler.CompileAll(
      models, [&progress](int done) { progress.Update(done); });
  for (std::size_t i = 0; i < indices.size(); ++i) {
    compilation.stages[indices[i]].compiled = std::move(compiled[i]);
  }
}

}  // namespace coralline::cli
