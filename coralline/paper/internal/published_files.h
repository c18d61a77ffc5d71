#pragma once

#include <string_view>

namespace coralline::paper::internal {

/// The files of data/published, compiled in.
std::string_view PointsCsv();
std::string_view HeadlinesCsv();

}  // namespace coralline::paper::internal
