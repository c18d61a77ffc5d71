#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coralline/plan/plan.h"
#include "coralline/planning/simulated_costs.h"

namespace coralline {

/// Devices of one kind, as a user asks for them.
struct DeviceGroup {
  std::string name;  ///< "edgetpu-pcie", "cpu"
  int count = 1;
  std::optional<DeviceSpec> spec;  ///< absent for CPU cores
  bool unmapped_ops_only = false;  ///< see CostModel
  bool cpu_fallback = false;       ///< see CostModel
};

struct ProblemOptions {
  HostModel host = kNativeHost;
  int max_replicas = 16;
  /// So many accelerators share one link; a class of its own for each link.
  int devices_per_link = 1;
  /// See CostModel: no CPU core is added then.
  bool cpu_fallback = false;
};

/// CPU cores for the ops that accelerators leave over: one for those before the
/// accelerators, and one for those behind, where there are any.
int NumLeftOverCores(const Graph& graph);

/// A model and devices as the planner takes them: classes, simulated costs and
/// their floors. Where accelerators leave ops to the CPU and no CPU is among
/// the groups, NumLeftOverCores are added, for these ops alone.
class ModelProblem {
 public:
  /// Keeps a reference to the model.
  ModelProblem(const Model& model, const std::vector<DeviceGroup>& groups,
               const ProblemOptions& options);
  ModelProblem(const ModelProblem&) = delete;
  ModelProblem& operator=(const ModelProblem&) = delete;

  const PlanProblem& problem() const { return problem_; }
  const Model& model() const { return model_; }
  const HostModel& host() const { return options_.host; }
  const ProblemOptions& options() const { return options_; }
  /// Of each class.
  const std::vector<CostModel>& cost_models() const { return models_; }
  bool is_cpu(int device_class) const { return !models_[device_class].spec; }

  /// Throws Error(kModel) that names the ops which no class runs, and why.
  [[noreturn]] void FailWithoutPlan() const;

 private:
  const Model& model_;
  ProblemOptions options_;
  std::vector<CostModel> models_;
  std::unique_ptr<SimulatedCosts> costs_;
  PlanProblem problem_;
};

/// Devices of a plan, less the CPU core for what accelerators leave over.
int NumDevices(const Plan& plan, const ModelProblem& problem);

}  // namespace coralline
