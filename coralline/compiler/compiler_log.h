#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/sim/placement.h"

namespace coralline {

/// A line of the table of operators.
struct LoggedOperator {
  std::string name;  ///< "CONV_2D"
  int count = 0;
  std::string status;  ///< "Mapped to Edge TPU", or why it is not

  bool is_mapped() const { return status == "Mapped to Edge TPU"; }
  bool operator==(const LoggedOperator&) const = default;
};

/// What edgetpu_compiler prints of a model. Sizes are rounded as printed (two
/// decimals of a unit).
struct CompilerLog {
  std::string compiler_version;  ///< "16.0.384591198"; may be empty
  /// Its bytes; which layers are cached is not told. Absent from .log files,
  /// which have the operators alone.
  std::optional<Placement> placement;
  int num_subgraphs = 0;  ///< 0 where it does not tell
  int num_ops = 0;
  std::vector<LoggedOperator> operators;

  /// Of the operators, those that are left to the CPU.
  int num_cpu_ops() const;
};

/// Reads the compiler's standard output, or its .log file, of one model.
/// nullopt where it is not such a text, or does not tell of a model that was
/// compiled. Old versions (2.0) give the memory available in all, newer ones
/// (to 16.0) what remains of it.
std::optional<CompilerLog> ParseCompilerLog(std::string_view text);

/// "16.0.384591198" of "Edge TPU Compiler version 16.0.384591198"; empty where
/// there is no such line.
std::string CompilerVersionIn(std::string_view text);

/// The compiler's own reason where it did not compile, in one line; empty where
/// it gives none.
std::string CompilerErrorText(std::string_view text);

}  // namespace coralline
