#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace coralline {

/// A process of this machine.
struct DeviceUser {
  int pid = 0;
  std::string name;  ///< "python3"; empty where the system does not tell

  bool operator==(const DeviceUser&) const = default;
};

/// Other processes that have the file open, by pid. Those of other users are
/// found by root alone. `proc` is another folder than /proc in tests.
std::vector<DeviceUser> UsersOf(const std::filesystem::path& file,
                                const std::filesystem::path& proc = "/proc");

}  // namespace coralline
