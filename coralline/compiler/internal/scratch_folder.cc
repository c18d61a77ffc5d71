#include "coralline/compiler/internal/scratch_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "coralline/base/error.h"

namespace coralline::internal {

ScratchFolder::ScratchFolder() {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  std::string name = parent / "coralline-XXXXXX";
  if (error || mkdtemp(name.data()) == nullptr) {
    throw Error(
        ErrorKind::kFailed,
        fmt::format("{}: cannot create a scratch folder: {}; set TMPDIR",
                    parent.string(),
                    error ? error.message() : std::strerror(errno)));
  }
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace coralline::internal
