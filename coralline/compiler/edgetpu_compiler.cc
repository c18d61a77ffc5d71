#include "coralline/compiler/edgetpu_compiler.h"

#include <cstdlib>

#include "coralline/base/error.h"

namespace coralline {

std::filesystem::path DefaultCompiledPath() {
  const auto folder = [](const char* variable) {
    const char* value = std::getenv(variable);
    return std::filesystem::path(value ? value : "");
  };
  if (const auto cache = folder("XDG_CACHE_HOME"); !cache.empty()) {
    return cache / "coralline/compiled";
  }
  if (const auto home = folder("HOME"); !home.empty()) {
    return home / ".cache/coralline/compiled";
  }
  throw Error(ErrorKind::kUsage,
              "no folder for compiled segments: neither XDG_CACHE_HOME nor "
              "HOME is set");
}

}  // namespace coralline
