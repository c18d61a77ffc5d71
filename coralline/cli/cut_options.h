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

/// A model and segments of it.
struct CutModel {
  Model model;
  std::vector<Segment> segments;
};

/// The segments that the options ask for, in order; all ops in one segment when
/// none is given. The model is the given one, or with its layers split where
/// that is the plan's. Throws Error(kUsage), and as ReadPlanDocument does.
CutModel CutAsAsked(const Model& model, const CutOptions& options);

/// The same where no plan is given.
std::vector<Segment> ChooseSegments(const Model& model,
                                    const CutOptions& options);

}  // namespace coralline::cli
