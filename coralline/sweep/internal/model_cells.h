#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coralline/sweep/sweep.h"

namespace coralline {

/// What a model is, the plan on one device included. Requires a device with a
/// spec.
SweptModel FactsOf(const std::string& name, const Model& model,
                   const SweepOptions& options);

/// The cells of one model, for one thread at a time: what costs need is set up
/// once for all counts and strategies.
class ModelCells {
 public:
  /// Keeps references to all of them.
  ModelCells(const Model& model, const SweptModel& facts,
             const SweepOptions& options);

  /// Where `should_stop` turns true, with the best plan so far.
  SweepRow RowOf(int count, Strategy strategy,
                 const std::function<bool()>& should_stop);

  /// The whole model in one segment on one device.
  SweptPlan Alone();

 private:
  SweptPlan Optimal(int count, const std::function<bool()>& should_stop) const;
  SweptPlan WithWholeLayers(int count,
                            const std::function<bool()>& should_stop) const;
  std::optional<Plan> BestOf(const ModelProblem& problem, int count,
                             const std::function<bool()>& should_stop) const;
  Plan ByMethod(int count, Strategy strategy) const;
  SweptPlan Sum(const Plan& plan, const ModelProblem& problem) const;

  const Model& model_;
  const SweptModel& facts_;
  const SweepOptions& options_;
  ModelProblem problem_;
  ModelProblem compiled_;     // its host runs what the device leaves to it
  bool has_oversize_layers_;  // which are worth a try in parts
};

}  // namespace coralline
