#pragma once

#include <string>

#include "coralline/machine/machine.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// Whose machine, and which of its libraries.
struct MachineOptions {
  std::string root = "/";
  SoftwareOptions software;
  bool json = false;
};

/// --root, --libedgetpu and --json.
void AddMachineOptions(CLI::App& app, MachineOptions& options);

/// With the folders that this program writes to, if it is this machine.
Machine ReadMachineOf(const MachineOptions& options);

}  // namespace coralline::cli
