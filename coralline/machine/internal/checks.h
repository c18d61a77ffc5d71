#pragma once

#include <vector>

#include "coralline/machine/finding.h"
#include "coralline/machine/machine.h"

namespace coralline::internal {

using Findings = std::vector<Finding>;

/// A hint: users of such boards say so.
inline constexpr const char* kInterruptsWayOut =
    "common on the Raspberry Pi 5 and some Arm boards; what is said to help "
    "there: the overlay pcie-32bit-dma-pi5, another msi-parent in the device "
    "tree, and a kernel with pages of 4 KiB";

/// Each adds its findings. What is not known is left out.
void CheckLibedgetpu(const Machine& machine, Findings& findings);
void CheckTfLite(const Machine& machine, Findings& findings);
void CheckCompiler(const Machine& machine, Findings& findings);

/// How many there are, then each of them.
void CheckEdgeTpus(const Machine& machine, Findings& findings);
/// What keeps one from being opened: driver, node, permission, listing.
void CheckReachable(const Machine& machine, const EdgeTpuEntry& device,
                    Findings& findings);
/// How well one works: users, link, interrupts, temperature.
void CheckHealth(const EdgeTpuEntry& device, Findings& findings);
/// Those that share a link.
void CheckLinks(const Machine& machine, Findings& findings);

void CheckHost(const Machine& machine, Findings& findings);
void CheckFolders(const Machine& machine, Findings& findings);

}  // namespace coralline::internal
