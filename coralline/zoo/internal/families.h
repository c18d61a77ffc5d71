#pragma once

#include <vector>

#include "coralline/zoo/internal/net.h"
#include "coralline/zoo/networks.h"

namespace coralline::internal {

/// A network and how it is made. `build` gets options in which size and classes
/// are set, and calls Net::SetOutputs at its end.
struct Member {
  Architecture architecture;
  void (*build)(Net& net, const NetworkOptions& options);
};

using Family = std::vector<Member>;

/// One file each.
Family DenseNets();
Family EfficientNetLites();
Family FactorizedInceptions();
Family InceptionResNets();
Family Inceptions();
Family MobileNets();
Family NasNets();
Family ResNets();
Family Vggs();
Family Xceptions();

}  // namespace coralline::internal
