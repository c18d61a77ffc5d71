#pragma once

#include <vector>

#include "coralline/machine/finding.h"
#include "coralline/machine/machine.h"

namespace coralline {

/// What keeps the machine's Edge TPUs from working, or slows them down, each
/// with its way out: software, devices, links, compiler, host, in this order.
/// A device that has nothing to complain of has one finding. That there is no
/// Edge TPU is a note: Coralline plans, simulates and runs on CPUs without one.
std::vector<Finding> Examine(const Machine& machine);

}  // namespace coralline
