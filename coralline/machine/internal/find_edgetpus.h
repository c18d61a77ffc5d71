#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coralline/machine/edgetpu_hardware.h"
#include "coralline/machine/root.h"

namespace coralline::internal {

/// Without users and access, sorted by address.
std::vector<EdgeTpuHardware> FindPciEdgeTpus(const Root& root);
std::vector<EdgeTpuHardware> FindUsbEdgeTpus(const Root& root);

/// Adds the processes that have the device's node open.
void FindUsers(const Root& root, EdgeTpuHardware& device);

/// nullopt where another machine's copy has no such node.
std::optional<NodeAccess> ReadNodeAccess(const Root& root,
                                         const std::string& node);

/// "/a/b/c" as "a", "b", "c".
std::vector<std::string> PathParts(const std::string& path);

}  // namespace coralline::internal
