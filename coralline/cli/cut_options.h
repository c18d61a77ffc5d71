#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/graph/segment.h"
#include "coralline/tflite/model.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// The ways in which a command line says where to cut a model.
struct CutOptions {
  std::vector<int> cuts;
  std::vector<std::string> at;
  std::vector<std::string> ops;
  std::optional<int> stages;
  std::string plan;  ///< a plan file
};

/// Adds --cuts, --at, --ops, --stages and --plan, of which a user gives one.
void AddCutOptions(CLI::App& app, CutOptions& options);

bool HasCuts(const CutOptions& options);

/// The segments that the options ask for, in order; all ops in one segment
/// when none is given. Throws Error(kUsage), and as ReadPlanDocument does.
std::vector<Segment> ChooseSegments(const Model& model,
                                    const CutOptions& options);

}  // namespace coralline::cli
