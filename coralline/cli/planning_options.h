#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coralline/cli/edgetpu_options.h"
#include "coralline/plan/planner.h"
#include "coralline/planning/model_problem.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// What `plan` and `explain` have in common.
struct PlanningOptions {
  std::string model;
  std::vector<std::string> devices = {"edgetpu-pcie"};
  int count = 4;
  bool is_count_given = false;
  std::string host = "native";
  std::string objective = "throughput";
  std::optional<double> target_fps;
  std::optional<double> target_ms;
  int max_replicas = 16;
  int devices_per_link = 1;
  bool one_order = false;
  std::string split_layers = "auto";
  double time_limit_s = 10;
  EdgeTpuCommandOptions edgetpu;
};

void AddPlanningOptions(CLI::App& app, PlanningOptions& options);

/// Devices as a user names them: a group, and whether its segments are measured
/// on a device or simulated.
struct NamedDevices {
  DeviceGroup group;
  std::string spec;    ///< name or path of the group's spec
  std::string device;  ///< for MakeDevices; empty where it is simulated
};

/// --device NAME or NAME=COUNT, where NAME is a device spec (simulated),
/// emulated:SPEC, CPU cores such as cpu:0, or real Edge TPUs: a group for each
/// bus, of those that NAME stands for unless a count is given, which may be
/// more. Throws Error(kUsage), and as ExpandEdgeTpuName does.
std::vector<NamedDevices> NamedDevicesOf(const PlanningOptions& options);

ProblemOptions ProblemOptionsOf(const PlanningOptions& options);

/// Throws Error(kUsage) where the objective and the targets do not fit. The
/// search stops on Ctrl-C and at the time limit.
PlanOptions PlanOptionsOf(const PlanningOptions& options);

}  // namespace coralline::cli
