#include "coralline/runtime/internal/whole_copies.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace coralline::internal {
namespace {

struct Unequal {
  std::vector<int> devices;
  double speed = 0;  // of all together, 1 each that is not slowed down
  int num_classes = 0;
};

std::map<int, Unequal> ByKind(std::span<const UsableClass> classes) {
  std::map<int, Unequal> kinds;
  for (const UsableClass& its : classes) {
    Unequal& kind = kinds[its.kind];
    kind.devices.insert(kind.devices.end(), its.devices.begin(),
                        its.devices.end());
    kind.speed += static_cast<double>(its.devices.size()) / its.slowdown;
    ++kind.num_classes;
  }
  return kinds;
}

}  // namespace

std::optional<WholeCopies> CopiesOnUnequal(std::span<const UsableClass> classes,
                                           const Segment& whole,
                                           int max_replicas, KindCosts& costs) {
  std::optional<WholeCopies> best;
  for (auto& [kind, unequal] : ByKind(classes)) {
    const auto cost = costs.Of(whole, kind);
    const bool is_for_plans = unequal.num_classes == 1;
    const auto count = static_cast<int>(unequal.devices.size());
    if (is_for_plans || count > max_replicas || !cost || !cost->can_replicate) {
      continue;
    }
    const std::chrono::nanoseconds period =
        Scaled(cost->busy, 1 / unequal.speed);
    if (best && best->period <= period) continue;
    std::sort(unequal.devices.begin(), unequal.devices.end());
    best = {{whole, std::move(unequal.devices)}, period};
  }
  return best;
}

}  // namespace coralline::internal
