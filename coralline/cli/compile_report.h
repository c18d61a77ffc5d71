#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coralline/cli/compilation.h"

namespace coralline::cli {

/// A table of the segments, then warnings: where a segment streams, where the
/// CPU runs some of its ops, and where the compiler places other bytes than the
/// plan expects. `paths` are the segments' files; empty where none are written.
std::string CompiledText(const Compilation& compilation,
                         const std::vector<std::filesystem::path>& paths);

/// The same facts.
std::string CompiledJson(const Compilation& compilation,
                         const std::vector<std::filesystem::path>& paths);

/// Of segments that are not compiled; the last path is the script's.
std::string UncompiledText(const Compilation& compilation,
                           const std::vector<std::filesystem::path>& paths);
std::string UncompiledJson(const Compilation& compilation,
                           const std::vector<std::filesystem::path>& paths);

}  // namespace coralline::cli
