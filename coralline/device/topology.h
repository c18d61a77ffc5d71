#pragma once

#include <vector>

namespace coralline {

/// Where a hardware thread sits. The ids of two of them are equal where they
/// share the thing; of what, and in which order, says their order.
struct CoreInfo {
  int core = 0;      ///< as the system numbers it, one per hardware thread
  int physical = 0;  ///< the physical core
  int cache = 0;  ///< the last-level cache; equal for all where none is known
  int node = 0;   ///< the NUMA node

  bool operator==(const CoreInfo&) const = default;
};

/// The cores in the order in which consecutive pipeline stages are best placed,
/// which hand each other their tensors: one hardware thread of each physical
/// core first, then the second ones, and so on; among these, those of one NUMA
/// node beside each other, and of one last-level cache within it. Ties go to
/// the lower number.
std::vector<int> OrderCores(std::vector<CoreInfo> cores);

/// The hardware threads that hwloc finds, in increasing order of `core`; empty
/// where it fails. Costs some milliseconds; moves no thread.
std::vector<CoreInfo> ReadTopology();

/// The cores that this process may run on (AvailableCores), in that order; in
/// increasing order where hwloc fails.
std::vector<int> CoresByTopology();

}  // namespace coralline
