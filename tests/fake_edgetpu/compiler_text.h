#pragma once

#include <string>

#include "tests/fake_edgetpu/fake_compiler.h"

namespace coralline::fake_edgetpu {

/// The version that we imitate, and that it is a fake.
inline constexpr const char* kCompilerVersion = "16.0.384591198-fake";

/// What the compiler prints of one model.
struct CompilationText {
  std::string input;  ///< the files' names
  std::string output;
  std::string log;
  std::int64_t input_bytes = 0;
  bool show_operations = false;
};
std::string SummaryText(const CompilationText& names, const Graph& graph,
                        const Compilation& compilation);

/// The table of operators: kinds by where they run, with their numbers.
std::string OperatorsText(const Graph& graph, const Compilation& compilation);

}  // namespace coralline::fake_edgetpu
