#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "coralline/profile/profile.h"
#include "coralline/profile/profile_key.h"

struct sqlite3;

namespace coralline {

/// Costs on disk, kept between runs: a SQLite database, which `sqlite3` shows.
/// Each Store is whole or absent after a crash. Processes may share the file,
/// each with an object of its own; an object is for one thread at a time.
///
/// Every function throws Error(kUsage) that names the file and the way out when
/// it is no cache of ours or a newer one, and Error(kFailed) when it cannot be
/// read or written.
class ProfileCache {
 public:
  /// Opens the database, or creates it and its folder.
  explicit ProfileCache(const std::filesystem::path& path);

  /// `segment` of the result stays empty: the key is its content, which other
  /// models may have at other ops.
  std::optional<SegmentProfile> Find(const ProfileKey& key) const;

  /// Replaces what is there under this key.
  void Store(const ProfileKey& key, const SegmentProfile& profile);

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Closer> database_;
};

/// ${XDG_CACHE_HOME:-$HOME/.cache}/coralline/profiles.sqlite. Throws
/// Error(kUsage) when neither is set.
std::filesystem::path DefaultCachePath();

}  // namespace coralline
