// Who has a device open: /proc/PID/fd, of the processes that this user may see.

#include <algorithm>
#include <charconv>
#include <map>
#include <string>

#include "coralline/machine/internal/find_edgetpus.h"

namespace coralline::internal {
namespace {

// 0 for names that are no process.
int ProcessOf(const std::string& name) {
  int pid = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, pid);
  return parsed.ec == std::errc() && parsed.ptr == end ? pid : 0;
}

bool HasUser(const EdgeTpuHardware& device, int pid) {
  return std::any_of(device.users.begin(), device.users.end(),
                     [pid](const DeviceUser& user) { return user.pid == pid; });
}

}  // namespace

void FindUsers(const Root& root, std::vector<EdgeTpuHardware>& devices) {
  std::map<std::string, EdgeTpuHardware*> by_node;
  for (EdgeTpuHardware& device : devices) {
    if (!device.node.empty()) by_node[device.node] = &device;
  }
  if (by_node.empty()) return;  // most machines: no need to look
  for (const std::string& process : root.Names("/proc")) {
    const int pid = ProcessOf(process);
    if (pid == 0) continue;
    const std::string folder = "/proc/" + process + "/fd/";
    for (const std::string& file : root.Names(folder)) {
      const auto device = by_node.find(root.LinkText(folder + file));
      if (device == by_node.end() || HasUser(*device->second, pid)) continue;
      device->second->users.push_back({.pid = pid, .name = ""});
    }
  }
  for (EdgeTpuHardware& device : devices) {
    for (DeviceUser& user : device.users) {
      user.name = root.Line("/proc/" + std::to_string(user.pid) + "/comm");
    }
    std::sort(device.users.begin(), device.users.end(),
              [](const auto& a, const auto& b) { return a.pid < b.pid; });
  }
}

}  // namespace coralline::internal
