#pragma once

#include <atomic>

namespace coralline::cli {

/// Turns true at the first Ctrl-C (SIGINT) or SIGTERM after the first call of
/// this function. A second one ends the program at once.
const std::atomic<bool>& Interrupted();

}  // namespace coralline::cli
