#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/graph/segment.h"

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
};

/// Adds --cuts, --at, --ops and --stages, of which a user gives one.
void AddCutOptions(CLI::App& app, CutOptions& options);

bool HasCuts(const CutOptions& options);

/// The segments that the options ask for, in order; all ops in one segment
/// when none is given. Throws Error(kUsage).
std::vector<Segment> ChooseSegments(const Graph& graph,
                                    const CutOptions& options);

}  // namespace coralline::cli
