#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace coralline::paper {

/// What all parts of a reproduction have in common, by name: one with another
/// value anywhere is another reproduction.
using Identity = std::vector<std::pair<std::string, std::string>>;

/// A folder of finished parts, a file each, so that a reproduction that was
/// interrupted makes only what is missing. Its reproduction.json holds the
/// identity. A part appears as a whole or not at all. One thread.
class Folder {
 public:
  /// Creates the folder, or goes on with it; with `fresh`, one that is a
  /// reproduction is emptied of its parts first. Throws Error(kUsage) where the
  /// folder holds something else, or another reproduction, naming what differs
  /// and the way out; Error(kFailed) where it cannot be written.
  Folder(std::filesystem::path path, const Identity& identity, bool fresh);

  const std::filesystem::path& path() const { return path_; }

  bool Has(const std::string& part) const;
  std::string Read(const std::string& part) const;
  /// Throws Error(kFailed).
  void Write(const std::string& part, const std::string& content) const;

 private:
  void Check(const Identity& identity) const;

  std::filesystem::path path_;
};

}  // namespace coralline::paper
