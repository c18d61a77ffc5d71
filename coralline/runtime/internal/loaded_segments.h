#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "coralline/device/device.h"
#include "coralline/graph/segment.h"

namespace coralline::internal {

/// Segments on the devices that have loaded them, of the newest deployment and
/// the one before.
class LoadedSegments {
 public:
  /// Null where it is not loaded. What is found is kept for the deployment that
  /// is being made.
  std::shared_ptr<Executable> Find(int device, const Segment& segment);
  bool Has(int device, const Segment& segment) const;
  void Add(int device, const Segment& segment,
           std::shared_ptr<Executable> executable);
  /// All that the device has loaded.
  void Forget(int device);
  /// The deployment is made: forgets what is neither of it nor of the last one.
  void Finish();

 private:
  struct Entry {
    std::shared_ptr<Executable> executable;
    int used_by = 0;  // the number of a deployment
  };
  using Key = std::pair<int, std::vector<int>>;  // device and ops

  std::map<Key, Entry> entries_;
  int deployment_ = 0;  // the number of the one that is being made
};

}  // namespace coralline::internal
