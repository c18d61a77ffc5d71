#pragma once

#include <string>

#include "coralline/cli/compilation.h"

namespace coralline::cli {

/// A POSIX shell script that compiles the segments of the folder that it lies
/// in, and says how to bring the results back.
std::string CompileScript(const Compilation& compilation,
                          const CompileOptions& options);

}  // namespace coralline::cli
