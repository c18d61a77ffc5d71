#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "coralline/tflite/model.h"

namespace coralline::internal {

/// One call of the compiler.
struct CompilerRun {
  std::filesystem::path program;
  std::string version;  ///< "16.0.384591198"
  int min_runtime_version = 0;
  std::chrono::nanoseconds timeout{0};
  std::function<bool()> should_stop;
};

/// A compiled model, and what the compiler printed.
struct CompilerResult {
  Model model;
  std::string output;
};

/// "16.0.384591198", as the program says. Throws Error(kFailed) where it cannot
/// be run, does not end or says something else.
std::string AskVersion(const CompilerRun& run);

/// Compiles the segment in a scratch folder. Throws as
/// SegmentCompiler::Compile does.
CompilerResult RunCompiler(const CompilerRun& run, const Model& segment);

}  // namespace coralline::internal
