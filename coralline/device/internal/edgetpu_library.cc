#include "coralline/device/internal/edgetpu_library.h"

#include <fmt/format.h>
#include <link.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "coralline/base/error.h"
#include "coralline/device/internal/symbols.h"

namespace coralline::internal {
namespace {

bool FindFunctions(void* handle, EdgeTpuLibrary& lib) {
  return FindSymbol(handle, "edgetpu_list_devices", lib.list_devices) &&
         FindSymbol(handle, "edgetpu_free_devices", lib.free_devices) &&
         FindSymbol(handle, "edgetpu_create_delegate", lib.create_delegate) &&
         FindSymbol(handle, "edgetpu_free_delegate", lib.free_delegate) &&
         FindSymbol(handle, "edgetpu_version", lib.version);
}

// The file that the system has found for a name.
std::string PathOf(void* handle, const std::string& name) {
  link_map* map = nullptr;
  const bool is_known = dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0;
  return is_known && map->l_name[0] != '\0' ? map->l_name : name;
}

// Calls of TFLite are bound when they are made, so that devices are listed
// without it; a build that was linked to bind all at once needs it first.
void* OpenFile(const std::string& name) {
  constexpr int kMode = RTLD_LAZY | RTLD_LOCAL;
  void* handle = dlopen(name.c_str(), kMode);
  if (handle) return handle;
  std::string why = dlerror();
  if (why.find("undefined symbol: TfLite") != std::string::npos) {
    TfLiteLibrary::Get();
    handle = dlopen(name.c_str(), kMode);
    if (handle) return handle;
    why = dlerror();
  }
  throw Error(ErrorKind::kDevice,
              fmt::format("no libedgetpu to use Edge TPUs with ({}); install "
                          "the package libedgetpu1-std, or give the file by "
                          "--libedgetpu or CORALLINE_EDGETPU",
                          why));
}

EdgeTpuLibrary Open(const std::string& name) {
  void* handle = OpenFile(name);
  EdgeTpuLibrary lib{};
  if (!FindFunctions(handle, lib)) {
    dlclose(handle);
    throw Error(ErrorKind::kDevice,
                fmt::format("{}: not libedgetpu: a function of its C interface "
                            "is missing; give another file by --libedgetpu or "
                            "CORALLINE_EDGETPU",
                            name));
  }
  lib.path = PathOf(handle, name);
  return lib;
}

EdgeTpuLibrary OpenFirst(const std::string& file) {
  if (!file.empty()) return Open(file);
  const char* chosen = std::getenv("CORALLINE_EDGETPU");
  return Open(chosen && *chosen ? chosen : "libedgetpu.so.1");
}

}  // namespace

std::optional<int> EdgeTpuLibrary::RuntimeVersion() const {
  constexpr std::string_view kBefore = "RuntimeVersion(";
  const std::string_view text = version();
  const std::size_t at = text.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view number = text.substr(at + kBefore.size());
  int value = 0;
  const auto parsed =
      std::from_chars(number.data(), number.data() + number.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

bool EdgeTpuLibrary::IsFake() const {
  return std::string_view(version()).find("fake") != std::string_view::npos;
}

const EdgeTpuLibrary& EdgeTpuLibrary::Get(const std::string& file) {
  static const EdgeTpuLibrary lib = OpenFirst(file);
  return lib;
}

}  // namespace coralline::internal
