#include "coralline/device/device_users.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>

namespace coralline {
namespace {

namespace fs = std::filesystem;

// Folders of processes that have ended, or are others', look empty.
std::vector<fs::path> EntriesOf(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    entries.push_back(entry->path());
  }
  return entries;
}

bool HasOpen(const fs::path& process, const fs::path& file) {
  const auto files = EntriesOf(process / "fd");
  return std::any_of(files.begin(), files.end(), [&](const fs::path& link) {
    std::error_code error;
    return fs::read_symlink(link, error) == file && !error;
  });
}

// 0 for a folder of /proc that is no process's.
int PidOf(const fs::path& process) {
  const std::string text = process.filename().string();
  int pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

// The system keeps 15 characters of it.
std::string NameOf(const fs::path& process) {
  std::error_code error;
  if (!fs::is_regular_file(process / "comm", error)) return "";
  char name[64] = "";
  std::ifstream(process / "comm").getline(name, sizeof(name));
  return name;
}

}  // namespace

std::vector<DeviceUser> UsersOf(const fs::path& file, const fs::path& proc) {
  std::vector<DeviceUser> users;
  for (const fs::path& process : EntriesOf(proc)) {
    const int pid = PidOf(process);
    if (pid == 0 || pid == getpid() || !HasOpen(process, file)) continue;
    users.push_back({pid, NameOf(process)});
  }
  std::sort(users.begin(), users.end(),
            [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return users;
}

}  // namespace coralline
