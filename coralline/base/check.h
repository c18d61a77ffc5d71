#pragma once

namespace coralline::internal {

/// Prints the failed condition and its place, then aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file,
                              int line);

}  // namespace coralline::internal

/// States what the code relies on. A failure is a bug of ours, never of the
/// input, and ends the program. Checked in every build type.
#define CORALLINE_CHECK(condition) \
  ((condition)                     \
       ? static_cast<void>(0)      \
       : ::coralline::internal::CheckFailed(#condition, __FILE__, __LINE__))
