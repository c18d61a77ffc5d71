#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "coralline/base/bytes.h"

namespace coralline {

/// Reads a whole file into one storage, aligned to 64 bytes. Throws
/// Error(kModel) when it cannot be opened or read.
SharedBytes ReadFile(const std::filesystem::path& path);

/// Writes several files so that either all of them appear or none: each is
/// written beside its destination under a temporary name, and Commit renames
/// them. A destructor without Commit removes what was written.
class FileTransaction {
 public:
  FileTransaction() = default;
  FileTransaction(const FileTransaction&) = delete;
  FileTransaction& operator=(const FileTransaction&) = delete;
  ~FileTransaction();

  /// Writes the bytes under a temporary name, creating the folder. Throws
  /// Error(kFailed), naming the file and the system's reason.
  void Write(const std::filesystem::path& path,
             std::span<const std::byte> bytes);
  /// Renames every file into place. Throws Error(kFailed).
  void Commit();

 private:
  struct Pending {
    std::filesystem::path temporary;
    std::filesystem::path destination;
  };
  std::vector<Pending> pending_;
};

/// Writes one file: the old content or the new, never a part.
void WriteFile(const std::filesystem::path& path,
               std::span<const std::byte> bytes);

}  // namespace coralline
