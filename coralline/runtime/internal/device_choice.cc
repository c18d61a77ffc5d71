#include "coralline/runtime/internal/device_choice.h"

#include <algorithm>
#include <utility>

#include "coralline/base/check.h"

namespace coralline::internal {
namespace {

// Moves the first free devices for which the condition holds to the stage, up
// to so many in all.
template <typename Condition>
void Take(std::vector<int>& free, int replicas, PlacedStage& stage,
          const Condition& condition) {
  for (auto at = free.begin(); at != free.end();) {
    if (static_cast<int>(stage.devices.size()) == replicas) return;
    if (!condition(*at)) {
      ++at;
      continue;
    }
    stage.devices.push_back(*at);
    at = free.erase(at);
  }
}

}  // namespace

std::vector<PlacedStage> ChooseDevices(const Plan& plan,
                                       std::span<const UsableClass> classes,
                                       const HasLoaded& has_loaded) {
  std::vector<std::vector<int>> free;
  for (const UsableClass& its : classes) free.push_back(its.devices);
  std::vector<PlacedStage> placed;
  for (const PlannedStage& stage : plan.stages) {
    placed.push_back({.segment = stage.segment});
    Take(free[stage.device_class], stage.replicas, placed.back(),
         [&](int device) { return has_loaded(device, stage.segment); });
  }
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const PlannedStage& stage = plan.stages[i];
    Take(free[stage.device_class], stage.replicas, placed[i],
         [](int) { return true; });
    CORALLINE_CHECK(static_cast<int>(placed[i].devices.size()) ==
                    stage.replicas);
    std::sort(placed[i].devices.begin(), placed[i].devices.end());
  }
  return placed;
}

}  // namespace coralline::internal
