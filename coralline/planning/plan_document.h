#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/plan/planner.h"
#include "coralline/plan/strategy.h"
#include "coralline/planning/model_problem.h"
#include "coralline/profile/profile.h"
#include "coralline/rewrite/layer_split.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// A class of devices that a plan was made for.
struct ClassDocument {
  DeviceClass device;
  /// The device spec, as JSON; empty for CPU cores.
  std::string spec;
  /// See CostModel for both.
  bool unmapped_ops_only = false;
  bool cpu_fallback = false;

  bool operator==(const ClassDocument&) const = default;
};

/// A cost that a plan was made from instead of the simulated one.
struct KnownCost {
  Segment segment;
  int device_class = 0;
  std::optional<StageCost> cost;  ///< nullopt where the devices refused it
  Origin origin = Origin::kMeasured;

  bool operator==(const KnownCost&) const = default;
};

/// A plan with all that it was made for and from, so that it can be used later
/// and elsewhere and be checked again: the content of a plan file.
struct PlanDocument {
  std::string model_name;
  std::string model_file;  ///< as the user gave it
  std::string model_hash;  ///< StructureHash of the model as it is
  /// Layers that are computed in parts: all segments are of ModelOf.
  std::vector<LayerSplit> splits;

  Strategy strategy = Strategy::kOptimal;
  Objective objective = Objective::kThroughput;
  std::chrono::nanoseconds target_period{0};  ///< of Objective::kDevices
  int max_devices = 0;                        ///< 0: as many as there are
  int max_replicas = 16;
  bool all_orders = true;
  std::string host = "native";  ///< HostModel::name
  std::vector<ClassDocument> classes;

  Plan plan;
  std::vector<Origin> origins;  ///< of each stage's cost
  /// The order that a certificate for one order is about; empty: the model's.
  std::vector<int> order;

  /// Costs are these where they are here, and the simulated ones times
  /// `optimism` elsewhere (see LazyOptions); with `only_known` other segments
  /// do not run on class 0.
  std::vector<KnownCost> known;
  double optimism = 1;
  bool only_known = false;

  bool operator==(const PlanDocument&) const = default;
};

/// The model that a plan's segments are of: the given one, with its layers
/// split as the document says. Throws as SplitLayers does.
Model ModelOf(const PlanDocument& document, const Model& model);

/// Of a plan from simulated costs. `specs` has the JSON text of each class that
/// is no CPU, by its name. The caller sets model_file, the strategy where it is
/// not ours, and where the problem's model has split layers these and the hash
/// of the whole model.
PlanDocument DocumentOf(const ModelProblem& problem, const PlanOptions& options,
                        Plan plan,
                        const std::map<std::string, std::string>& specs);

/// Names what a plan depends on of a model: its ops' kinds, and the tensors
/// that they take and give by shape and type, activations by name too. Neither
/// the order of the ops in the file nor the values of weights change it; where
/// names do not tell ops apart, the order does.
std::string StructureHash(const Graph& graph);

/// The JSON text, a stage per line; docs/plan-file.md describes it. Segments
/// are lists of tensor names. ParsePlanDocument reads it back without a loss.
/// The graph is that of ModelOf.
std::string FormatPlanDocument(const PlanDocument& document,
                               const Graph& graph);

/// Finds the ops of the segments in the model. Throws Error(kModel) where the
/// plan was made for a model of another structure, and Error(kUsage) for what
/// is malformed: it gives the JSON path, what was expected and what was found.
/// The model is the one that was planned, with its layers whole. The segments
/// of the result are ops of ModelOf, which they cover; whether the plan holds
/// what it claims is left to CheckPlan.
PlanDocument ParsePlanDocument(std::string_view json, const std::string& file,
                               const Model& model);

/// The same from a file. Throws Error(kModel) too, when it cannot be read.
PlanDocument ReadPlanDocument(const std::filesystem::path& path,
                              const Model& model);

/// The old content or the new, never a part. Throws Error(kFailed).
void WritePlanDocument(const std::filesystem::path& path,
                       const PlanDocument& document, const Graph& graph);

/// The model file that a plan file names: from here, or beside the plan. Throws
/// Error(kUsage) where there is none, and as ReadPlanDocument does.
std::filesystem::path ModelFileOf(const std::filesystem::path& plan);

}  // namespace coralline
