#pragma once

#include <optional>
#include <string>

#include "coralline/machine/root.h"

namespace coralline {

/// What the system has for Edge TPUs: kernel modules and rules for nodes.
struct DriverFacts {
  bool is_loaded = false;   ///< the apex module is in the kernel
  std::string module_file;  ///< of apex, for the running kernel; may be empty
  /// Whether the firmware lets only signed modules in; nullopt: it has no such
  /// thing, or does not tell.
  std::optional<bool> secure_boot;
  /// The first rules file of udev that speaks of PCIe nodes, and of USB
  /// devices; empty where there is none.
  std::string pci_rules;
  std::string usb_rules;
  /// Of the libedgetpu package's rules, which carry its name: "std" or "max",
  /// the clock of USB devices; empty where they do not tell.
  std::string usb_clock;
};

/// `kernel` is the running one: "6.1.0-18-amd64".
DriverFacts ReadDriverFacts(const Root& root, const std::string& kernel);

}  // namespace coralline
