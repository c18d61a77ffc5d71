#pragma once

#include <string>
#include <string_view>

#include "coralline/sweep/sweep.h"

namespace coralline {

/// One line of JSON without the newline; ParseSweepRow reads it back without a
/// loss. What follows from other rows is not in it.
std::string FormatSweepRow(const SweepRow& row);

/// Throws Error(kUsage) that names `file` and the JSON path at fault.
SweepRow ParseSweepRow(std::string_view json, const std::string& file);

}  // namespace coralline
