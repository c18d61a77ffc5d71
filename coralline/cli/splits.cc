#include "coralline/cli/splits.h"

#include <CLI/CLI.hpp>

#include "coralline/base/error.h"
#include "coralline/planning/layer_splits.h"

namespace coralline::cli {
namespace {

std::vector<DeviceGroup> GroupsOf(const std::vector<NamedDevices>& named) {
  std::vector<DeviceGroup> groups;
  for (const NamedDevices& devices : named) groups.push_back(devices.group);
  return groups;
}

// Where nothing is planned with simulated costs anyway, layers are split only
// where that is known to be needed.
bool LeavesWhole(const Model& model, const std::vector<NamedDevices>& named,
                 const PlanCommandOptions& options, SplitMode mode) {
  if (mode != SplitMode::kAuto) return mode == SplitMode::kNever;
  if (options.strategy != "optimal" || !options.profile.empty()) return true;
  return IsMeasured(named) && OversizeLayers(model, GroupsOf(named)).empty();
}

}  // namespace

void AddSplitOption(CLI::App& app, std::string& mode) {
  app.add_option("--split-layers", mode,
                 "Compute layers in parts that fit a device: auto, where one "
                 "does not fit or is streamed and it pays; never; always, each "
                 "that can be")
      ->check(CLI::IsMember({"auto", "never", "always"}))
      ->option_text("auto|never|always [auto]");
}

SplitPlan ChooseSplits(const Model& model,
                       const std::vector<NamedDevices>& named,
                       const ProblemOptions& problem,
                       const PlanOptions& plan_options,
                       const PlanCommandOptions& options) {
  const SplitMode mode = ParseSplitMode(options.split_layers);
  if (LeavesWhole(model, named, options, mode)) return {.model = model};
  if (!options.profile.empty()) {
    throw Error(ErrorKind::kUsage,
                "--split-layers always: a profile is of the model with its "
                "layers whole; plan without --profile");
  }
  SplitPlan chosen =
      PlanWithSplits(model, GroupsOf(named), problem, plan_options, mode);
  if (IsMeasured(named) || options.strategy != "optimal") {
    chosen.plan.reset();
    chosen.unsplit.reset();
  }
  return chosen;
}

}  // namespace coralline::cli
