#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
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
  /// The oldest runtime that shall run the result (-m); 0: the compiler's own.
  int min_runtime_version = 0;
  /// Asked while compilers run, by any thread: true kills them (Ctrl-C). May be
  /// empty.
  std::function<bool()> should_stop;
};

/// Where a compiled segment is from.
enum class CompiledBy {
  kNow,        ///< by the compiler, in this call
  kBefore,     ///< by a compiler, from the cache
  kElsewhere,  ///< by somebody else: Import
};

/// A compiled segment, and what the compiler said.
struct CompiledSegment {
  Model model;
  /// Absent for a file that somebody else compiled, without its log.
  std::optional<CompilerLog> log;
  std::string log_text;  ///< what the log is read from
  CompiledBy by = CompiledBy::kNow;
};

/// Google's edgetpu_compiler, run as a subprocess in a scratch folder of its
/// own, which goes away whatever happens. Results are kept by the content of
/// the segment and the compiler's version; what somebody compiled elsewhere
/// (Import) is found whatever compiler made it, and comes first. Any thread may
/// call it, and processes may share the cache.
class EdgeTpuCompiler : public SegmentCompiler {
 public:
  /// Does not throw where there is no compiler: what is cached can be used.
  explicit EdgeTpuCompiler(CompilerOptions options);
  ~EdgeTpuCompiler() override;

  /// Where the program is; nullopt where there is none.
  std::optional<std::filesystem::path> program() const;
  /// "edgetpu_compiler 16.0.384591198", with the options that matter, as in
  /// "edgetpu_compiler 16.0.384591198 -m 13"; "compiled elsewhere" without a
  /// program, whose results count whatever compiler made them. Asks the program
  /// once. Throws Error(kFailed) where it does not tell.
  std::string version() const override;
  /// Throws Error(kFailed) too where it is stopped.
  Model Compile(const Model& segment) const override;
  bool CanCompile(const Model& segment) const override;

  /// What is known from before; runs no compiler but to ask its version.
  std::optional<CompiledSegment> Find(const Model& segment) const;

  /// The same as Compile of many, several at a time; equal ones are compiled
  /// once. The first error stops all. `on_done` is called with the number of
  /// segments that are done, by one thread at a time.
  std::vector<CompiledSegment> CompileAll(
      std::span<const Model> segments,
      const std::function<void(int done)>& on_done = {}) const;

  /// Keeps a compiled file of the segment, and what the compiler printed.
  /// Throws Error(kModel) as CheckCompiled does, and Error(kFailed) where the
  /// cache cannot be written. Requires a cache.
  void Import(const Model& segment, const Model& compiled,
              const std::string& log_text = "") const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws Error(kModel) where this is no compiled model of the segment: not
/// compiled at all, or of other inputs and outputs (names, types, sizes).
void CheckCompiled(const Model& segment, const Model& compiled);

/// ${XDG_CACHE_HOME:-$HOME/.cache}/coralline/compiled. Throws Error(kUsage)
/// where neither is set.
std::filesystem::path DefaultCompiledPath();

}  // namespace coralline
