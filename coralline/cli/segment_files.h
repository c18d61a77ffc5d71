#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "coralline/tflite/model.h"

namespace coralline::cli {

/// Reads NAME_segment_0_of_N.tflite ... from a folder, in order. Without
/// `stages`, N is what the folder holds. Throws Error(kModel) when a segment is
/// missing, and Error(kUsage) when the folder holds several N.
std::vector<Model> ReadSegments(const std::filesystem::path& folder,
                                const std::string& model_name,
                                std::optional<int> stages);

}  // namespace coralline::cli
