#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "coralline/base/bytes.h"

namespace coralline::internal {

/// A compiled file, and what the compiler printed; empty where it is not known.
struct CompiledEntry {
  SharedBytes model;
  std::string log;
};

/// Compiled files by the content of what was compiled and by who compiled it,
/// in one folder, which processes and threads may share: SEGMENT-MAKER.tflite
/// beside a .log, which also holds a hash of both. A file that is missing,
/// damaged or of another pair counts as absent.
class CompiledCache {
 public:
  explicit CompiledCache(std::filesystem::path folder);

  std::optional<CompiledEntry> Find(const std::string& segment,
                                    const std::string& maker) const;
  /// Whoever made it: the last by name.
  std::optional<CompiledEntry> FindAny(const std::string& segment) const;

  /// Replaces what is there. Throws Error(kFailed).
  void Store(const std::string& segment, const std::string& maker,
             const CompiledEntry& entry) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace coralline::internal
