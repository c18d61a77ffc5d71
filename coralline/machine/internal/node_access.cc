#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>
#include <string>

#include "coralline/machine/internal/find_edgetpus.h"

namespace coralline::internal {
namespace {

// Of /etc/passwd or /etc/group: lines "name:x:number:...".
std::string NameOf(const Root& root, const std::string& file,
                   unsigned int number) {
  std::istringstream lines(root.Text(file));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::size_t end = line.find(':', second + 1);
    if (line.substr(second + 1, end - second - 1) == std::to_string(number)) {
      return line.substr(0, first);
    }
  }
  return std::to_string(number);
}

}  // namespace

std::optional<NodeAccess> ReadNodeAccess(const Root& root,
                                         const std::string& node) {
  const std::string place = root.Place(node).string();
  struct stat info {};
  if (place.empty() || stat(place.c_str(), &info) != 0) {
    return root.is_this_machine() ? std::optional(NodeAccess{}) : std::nullopt;
  }
  const std::string user = NameOf(root, "/etc/passwd", info.st_uid);
  const std::string group = NameOf(root, "/etc/group", info.st_gid);
  return NodeAccess{.is_there = true,
                    .can_open = access(place.c_str(), R_OK | W_OK) == 0,
                    .owner = fmt::format("{}:{}, mode {:04o}", user, group,
                                         info.st_mode & 07777U),
                    .group = group};
}

}  // namespace coralline::internal
