#pragma once

#include "coralline/compiled/comparison.h"

namespace coralline::cli {

/// What was compared.
struct ComparedModels {
  const Model& model;
  const Model& compiled;
  const DeviceSpec& spec;
};

void PrintComparisonText(const CompilationComparison& comparison,
                         const ComparedModels& models);
void PrintComparisonJson(const CompilationComparison& comparison,
                         const ComparedModels& models);

}  // namespace coralline::cli
