#pragma once

#include <string>

#include "coralline/machine/machine.h"

namespace coralline::cli {

/// What `devices --json` prints.
std::string DevicesJson(const Machine& machine);

}  // namespace coralline::cli
