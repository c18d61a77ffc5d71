#pragma once

#include <optional>

#include "coralline/cli/reproduce_options.h"
#include "coralline/paper/results.h"

namespace coralline::cli {

/// Makes the parts that are asked for and not yet in the folder, one file each,
/// and reads the others; says on stderr what was made. Nullopt where the user
/// interrupted it: what was finished is kept. Throws Error as devices do.
std::optional<paper::Results> MakeParts(const ReproduceOptions& options,
                                        const paper::Folder& folder);

/// The simulated ones alone, without a folder.
paper::Results SimulateAll(const ReproduceOptions& options);

}  // namespace coralline::cli
