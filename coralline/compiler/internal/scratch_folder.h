#pragma once

#include <filesystem>

namespace coralline::internal {

/// A new empty folder among the temporary ones ($TMPDIR), which goes away with
/// all that is in it. Throws Error(kFailed) where it cannot be created.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace coralline::internal
