#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "coralline/cli/cut_options.h"
#include "coralline/compiler/edgetpu_compiler.h"
#include "coralline/sim/placement.h"

namespace coralline::cli {

/// What the user asks `compile` for.
struct CompileOptions {
  std::string input;  ///< a plan, or a .tflite file
  std::string model;  ///< the plan's, where it is not the one that it names
  CutOptions cuts;    ///< of a .tflite file
  std::string folder;
  std::string from;  ///< a folder with files that were compiled elsewhere
  bool script = false;
  bool json = false;

  std::string compiler;
  std::optional<std::chrono::nanoseconds> timeout;
  int jobs = 0;
  int min_runtime_version = 0;
  std::string cache;
  bool no_cache = false;
};

/// A segment, and what becomes of it.
struct CompileStage {
  Segment segment;      ///< ops of the model, with the plan's split layers
  Model model;          ///< called as its file is to be, without the ending
  std::string device;   ///< the plan's class; empty without a plan
  bool is_cpu = false;  ///< a class of CPU cores: not to be compiled
  /// What the plan expects of the compiler.
  std::optional<Placement> simulated;
  std::optional<CompiledSegment> compiled;

  /// Its file's name, once it is compiled.
  std::string compiled_name() const { return model.name + "_edgetpu"; }
};

struct Compilation {
  std::string model_name;
  std::filesystem::path model_file;
  std::vector<CompileStage> stages;
};

/// Reads the model, and cuts it as the plan or the options say. Throws as
/// ReadTflite, ReadPlanDocument, CutAsAsked and SplitModel do, and
/// Error(kUsage) for options that do not go together.
Compilation ReadCompilation(const CompileOptions& options);

CompilerOptions CompilerOptionsOf(const CompileOptions& options);

/// Whether nothing is left to be compiled.
bool AreKnown(const Compilation& compilation, const EdgeTpuCompiler& compiler);

/// Compiles what is for Edge TPUs, and shows on a terminal how far it is.
void CompileStages(Compilation& compilation, const EdgeTpuCompiler& compiler);

}  // namespace coralline::cli
