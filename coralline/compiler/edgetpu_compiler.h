#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coralline/compiled/segment_compiler.h"
#include "coralline/compiler/compiler_log.h"

namespace coralline {

struct CompilerOptions {
  /// The program; empty: $CORALLINE_EDGETPU_COMPILER where set, else
  /// edgetpu_compiler of the PATH.
  std::string program;
  /// Of one segment; then the compiler is killed.
  std::chrono::nanoseconds timeout = std::chrono::minutes(5);
  int jobs = 0;  ///< compilers at a time; 0: as many as there are cores
  /// Compiled segments by content, kept between runs; empty: none are kept.
  std::filesystem::path cache;
};

/// A compiled segment, and what the compiler said.
struct CompiledSegment {
  Model model;
  /// Absent for a file that somebody else compiled, without its log.
  std::optional<CompilerLog> log;
  bool is_cached = false;  ///< known from before
};

/// Google's edgetpu_compiler, run as a subprocess in a scratch folder of its
/// own, which goes away whatever happens. Results are kept by the content of
/// the segment and the compiler's version; what somebody compiled elsewhere
/// (Import) is found whatever compiler made it.
class EdgeTpuCompiler : public SegmentCompiler {
 public:
  /// Does not throw where there is no compiler: what is cached can be used.
  explicit EdgeTpuCompiler(CompilerOptions options);
  ~EdgeTpuCompiler() override;

  /// Where the program is; nullopt where there is none.
  std::optional<std::filesystem::path> program() const;
  /// "edgetpu_compiler 16.0.384591198"; "compiled elsewhere" without one.
  std::string version() const override;
  Model Compile(const Model& segment) const override;

  /// The same of many, several at a time. Ctrl-C and the first error stop all.
  std::vector<CompiledSegment> CompileAll(
      std::span<const Model> segments) const;

  /// Keeps a compiled file of the segment. Throws Error(kModel) where it is not
  /// one: not compiled, or of another interface.
  void Import(const Model& segment, const Model& compiled) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// ${XDG_CACHE_HOME:-$HOME/.cache}/coralline/compiled. Throws Error(kUsage)
/// where neither is set.
std::filesystem::path DefaultCompiledPath();

}  // namespace coralline
