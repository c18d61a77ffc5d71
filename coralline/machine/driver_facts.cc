#include "coralline/machine/driver_facts.h"

#include <vector>

namespace coralline {
namespace {

// Where DKMS, distributions and old kernels put it.
std::string ModuleFile(const Root& root, const std::string& kernel) {
  if (kernel.empty() || kernel.find('/') != std::string::npos) return "";
  for (const char* place :
       {"updates/dkms", "updates", "extra", "kernel/drivers/staging/gasket"}) {
    const std::string folder = "/lib/modules/" + kernel + "/" + place;
    for (const std::string& name : root.Names(folder)) {
      // May be compressed: apex.ko.xz.
      if (name.starts_with("apex.ko")) return folder + "/" + name;
    }
  }
  return "";
}

// An EFI variable: four bytes of attributes, then its value.
std::optional<bool> SecureBoot(const Root& root) {
  const std::string variable = root.Bytes(
      "/sys/firmware/efi/efivars/"
      "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
  if (variable.size() != 5) return std::nullopt;
  return variable[4] == 1;
}

// By content: file names differ between the packages and the guides.
void ReadRules(const Root& root, const std::string& file, DriverFacts& facts) {
  const std::string text = root.Text(file);
  const auto has = [&text](const char* word) {
    return text.find(word) != std::string::npos;
  };
  if (facts.pci_rules.empty() && has("apex")) facts.pci_rules = file;
  if (facts.usb_rules.empty() &&
      (has("1a6e") || (has("18d1") && has("9302")))) {
    facts.usb_rules = file;
  }
}

}  // namespace

DriverFacts ReadDriverFacts(const Root& root, const std::string& kernel) {
  DriverFacts facts{.is_loaded = root.Has("/sys/module/apex"),
                    .module_file = ModuleFile(root, kernel),
                    .secure_boot = SecureBoot(root)};
  for (const std::string folder :
       {"/etc/udev/rules.d/", "/run/udev/rules.d/", "/usr/lib/udev/rules.d/",
        "/lib/udev/rules.d/"}) {
    for (const std::string& name : root.Names(folder)) {
      if (!name.ends_with(".rules")) continue;
      ReadRules(root, folder + name, facts);
      for (const char* clock : {"std", "max"}) {
        if (name.find(std::string("libedgetpu1-") + clock) != name.npos) {
          facts.usb_clock = clock;
        }
      }
    }
  }
  return facts;
}

}  // namespace coralline
