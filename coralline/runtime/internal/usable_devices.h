#pragma once

#include <span>
#include <vector>

#include "coralline/pipeline/deployment.h"

namespace coralline::internal {

/// Devices of one kind that are as slow as one another.
struct UsableClass {
  int kind = 0;
  double slowdown = 1;
  std::vector<int> devices;  ///< in increasing order
};

/// The usable devices in such classes, by kind, then by slowdown. Slowdowns are
/// rounded to 5 %, or to more where that would be many classes; below 1.1 they
/// count as none.
std::vector<UsableClass> UsableClasses(std::span<const int> kind_of,
                                       std::span<const DeviceHealth> devices);

/// Whether all are usable and none is slowed down.
bool AllAreWell(std::span<const DeviceHealth> devices);

}  // namespace coralline::internal
