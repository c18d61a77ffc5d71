#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/device/edgetpu_device.h"

namespace coralline::internal {

struct NamedEdgeTpu {
  std::string name;  ///< "edgetpu:pci:0"
  EdgeTpuAddress address;
};

/// Those of `listed` (see ListEdgeTpus) that a name of a user stands for; at
/// least one. Throws as ExpandEdgeTpuName does.
std::vector<NamedEdgeTpu> ChooseEdgeTpus(
    std::string_view name, std::span<const EdgeTpuAddress> listed);

}  // namespace coralline::internal
