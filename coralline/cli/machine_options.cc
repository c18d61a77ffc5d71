#include "coralline/cli/machine_options.h"

#include <CLI/CLI.hpp>
#include <set>

#include "coralline/base/error.h"
#include "coralline/compiler/edgetpu_compiler.h"
#include "coralline/profile/profile_cache.h"

namespace coralline::cli {
namespace {

std::vector<FolderFacts> Folders() try {
  const std::set<std::filesystem::path> folders = {
      DefaultCachePath().parent_path(), DefaultCompiledPath().parent_path()};
  std::vector<FolderFacts> facts;
  for (const auto& folder : folders) facts.push_back(ReadFolderFacts(folder));
  return facts;
} catch (const Error& error) {
  return {{.path = "none", .error = error.what()}};
}

}  // namespace

void AddMachineOptions(CLI::App& app, MachineOptions& options) {
  app.add_option("--root", options.root,
                 "A folder with another machine's sys, proc, dev and etc")
      ->capture_default_str();
  app.add_option("--libedgetpu", options.software.libedgetpu,
                 "The library's file ($CORALLINE_EDGETPU, else "
                 "libedgetpu.so.1 of the system)");
  app.add_flag("--json", options.json, "Print JSON");
}

Machine ReadMachineOf(const MachineOptions& options) {
  const Root root(options.root);
  Machine machine =
      ReadMachine(root, ReadSoftware(options.software, root.is_this_machine()));
  if (root.is_this_machine()) machine.folders = Folders();
  return machine;
}

}  // namespace coralline::cli
