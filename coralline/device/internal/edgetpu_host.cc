#include "coralline/device/internal/edgetpu_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "coralline/device/device_users.h"

namespace coralline::internal {
namespace {

namespace fs = std::filesystem;

// "/dev/apex_0" below another root.
fs::path Below(const fs::path& root, const fs::path& path) {
  return root / path.relative_path();
}

std::optional<int> ReadNumber(const fs::path& file) {
  int number = 0;
  if (!(std::ifstream(file) >> number)) return std::nullopt;
  return number;
}

bool IsForbidden(const fs::path& file) {
  return faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) != 0 &&
         errno == EACCES;
}

std::string Text(const DeviceUser& user) {
  return fmt::format("{} (process {})", user.name, user.pid);
}

}  // namespace

std::optional<fs::path> DeviceNodeOf(const EdgeTpuAddress& address,
                                     const fs::path& root) {
  const fs::path path = Below(root, address.path);
  if (address.bus == EdgeTpuBus::kPci) return path;
  const auto bus = ReadNumber(path / "busnum");
  const auto device = ReadNumber(path / "devnum");
  if (!bus || !device) return std::nullopt;
  return Below(root, fmt::format("/dev/bus/usb/{:03}/{:03}", *bus, *device));
}

std::optional<double> TemperatureOf(const EdgeTpuAddress& address,
                                    const fs::path& root) {
  if (address.bus != EdgeTpuBus::kPci) return std::nullopt;
  const fs::path name = fs::path(address.path).filename();
  const auto millidegrees =
      ReadNumber(Below(root, "/sys/class/apex") / name / "temp");
  if (!millidegrees) return std::nullopt;
  return *millidegrees / 1000.0;
}

std::string WhyItDoesNotOpen(const EdgeTpuAddress& address,
                             const fs::path& root) {
  const auto node = DeviceNodeOf(address, root);
  if (node && IsForbidden(*node)) {
    return fmt::format(
        "may not be used: no permission for {}; 'coralline "
        "doctor' tells how to get it",
        node->string());
  }
  const auto users =
      node ? UsersOf(*node, root / "proc") : std::vector<DeviceUser>();
  if (users.empty()) {
    return "is in use or does not answer; 'coralline doctor' looks for the "
           "reason";
  }
  std::string text = "is in use by " + Text(users[0]);
  for (std::size_t i = 1; i < users.size(); ++i) text += ", " + Text(users[i]);
  return text;
}

}  // namespace coralline::internal
