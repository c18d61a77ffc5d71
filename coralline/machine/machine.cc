#include "coralline/machine/machine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace coralline {

Machine ReadMachine(const Root& root, Software software) {
  Machine machine{.host = ReadHostFacts(root), .software = std::move(software)};
  machine.driver = ReadDriverFacts(root, machine.host.kernel);
  machine.edgetpus = JoinEdgeTpus(FindEdgeTpus(root), machine.software.listed);
  return machine;
}

FolderFacts ReadFolderFacts(const std::filesystem::path& folder) {
  FolderFacts facts{.path = folder.string()};
  std::error_code error;
  std::filesystem::path existing = std::filesystem::absolute(folder, error);
  while (!std::filesystem::exists(existing, error) &&
         existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  if (access(existing.c_str(), W_OK | X_OK) != 0) {
    facts.error =
        fmt::format("{}: {}", existing.string(), std::strerror(errno));
  } else if (!std::filesystem::is_directory(existing, error)) {
    facts.error = existing.string() + ": not a folder";
  }
  return facts;
}

}  // namespace coralline
