#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coralline/machine/driver_facts.h"
#include "coralline/machine/edgetpu_list.h"
#include "coralline/machine/host_facts.h"
#include "coralline/machine/root.h"
#include "coralline/machine/software.h"

namespace coralline {

/// A folder that Coralline writes to.
struct FolderFacts {
  std::string path;
  std::string error;  ///< why it cannot be written; empty: it can
};

/// All that `devices` and `doctor` know of a machine.
struct Machine {
  std::vector<EdgeTpuEntry> edgetpus;
  DriverFacts driver;
  HostFacts host;
  Software software;
  std::vector<FolderFacts> folders;
};

/// Throws nothing but Root's own errors: what cannot be read is missing.
Machine ReadMachine(const Root& root, Software software);

/// Whether files can be made in the folder, or in the first one above it that
/// exists. Makes nothing.
FolderFacts ReadFolderFacts(const std::filesystem::path& folder);

}  // namespace coralline
