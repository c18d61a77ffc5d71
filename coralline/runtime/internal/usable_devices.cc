#include "coralline/runtime/internal/usable_devices.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace coralline::internal {
namespace {

// Planning takes longer with each class, as plans are compared by the devices
// that they use of each.
constexpr std::size_t kManyClasses = 4;

constexpr double kFirstStep = 1.05;
constexpr double kNoticeable = 1.1;
constexpr double kMostSlowdown = 1e6;

// In how many steps a device is slowed down; 0 where it is not.
int LevelOf(double slowdown, double step) {
  if (!(slowdown >= kNoticeable)) return 0;
  return static_cast<int>(std::lround(
      std::log(std::min(slowdown, kMostSlowdown)) / std::log(step)));
}

std::vector<UsableClass> ClassesAt(double step, std::span<const int> kind_of,
                                   std::span<const DeviceHealth> devices) {
  std::map<std::pair<int, int>, UsableClass> classes;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!devices[i].usable) continue;
    const int level = LevelOf(devices[i].slowdown, step);
    UsableClass& its = classes[{kind_of[i], level}];
    its.kind = kind_of[i];
    its.slowdown = std::pow(step, level);
    its.devices.push_back(static_cast<int>(i));
  }
  std::vector<UsableClass> result;
  for (auto& [key, its] : classes) result.push_back(std::move(its));
  return result;
}

}  // namespace

std::vector<UsableClass> UsableClasses(std::span<const int> kind_of,
                                       std::span<const DeviceHealth> devices) {
  const std::vector<DeviceHealth> as_new(devices.size());
  const std::size_t most =
      std::max(kManyClasses, ClassesAt(kFirstStep, kind_of, as_new).size());
  double step = kFirstStep;
  auto classes = ClassesAt(step, kind_of, devices);
  while (classes.size() > most && step < kMostSlowdown) {
    step *= step;
    classes = ClassesAt(step, kind_of, devices);
  }
  return classes;
}

bool AllAreWell(std::span<const DeviceHealth> devices) {
  return std::all_of(
      devices.begin(), devices.end(), [](const DeviceHealth& device) {
        return device.usable && LevelOf(device.slowdown, kFirstStep) == 0;
      });
}

}  // namespace coralline::internal
