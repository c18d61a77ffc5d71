#include <algorithm>
#include <string>

#include "coralline/machine/internal/find_edgetpus.h"

namespace coralline::internal {
namespace {

// The driver's owner (of another user's process) may be among them.
void AddUsers(const std::vector<DeviceUser>& users, EdgeTpuHardware& device) {
  for (const DeviceUser& user : users) {
    const bool is_known = std::any_of(
        device.users.begin(), device.users.end(),
        [&user](const DeviceUser& known) { return known.pid == user.pid; });
    if (!is_known) device.users.push_back(user);
  }
}

}  // namespace

void FindUsers(const Root& root, EdgeTpuHardware& device) {
  AddUsers(UsersOf(device.node, root.Place("/proc")), device);
  for (DeviceUser& user : device.users) {
    user.name = root.Line("/proc/" + std::to_string(user.pid) + "/comm");
  }
}

}  // namespace coralline::internal
