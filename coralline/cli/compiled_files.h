#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coralline/cli/compilation.h"

namespace coralline::cli {

/// Writes the segments that are compiled as NAME_edgetpu.tflite, with their
/// logs, and those for CPU cores as they are: all files, or none. Returns the
/// file of each segment. Throws Error(kFailed).
std::vector<std::filesystem::path> WriteCompiled(
    const Compilation& compilation, const std::filesystem::path& folder);

/// Writes the segments as they are, with the script (compile.sh) that compiles
/// them, in the same way. Returns the same, and the script's file as the last.
std::vector<std::filesystem::path> WriteUncompiled(
    const Compilation& compilation, const std::string& script,
    const std::filesystem::path& folder);

/// Reads what that script made. Throws Error(kModel), naming the file, where
/// one is missing, is no compiled model of its segment, or lies beside another
/// segment than this one.
void ReadCompiled(Compilation& compilation,
                  const std::filesystem::path& folder);

}  // namespace coralline::cli
