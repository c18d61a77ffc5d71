#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coralline {

/// A folder that holds a machine's /sys, /proc, /dev and /etc: "/" is this
/// machine, another one a copy of somebody else's.
///
/// Nothing in it is trusted: files are read up to 1 MiB, and only if they are
/// plain files; links that lead in circles or out of the folder lead nowhere;
/// texts are printable ASCII, with '?' for what is not. What cannot be read is
/// missing. Paths are absolute, as on the machine itself.
class Root {
 public:
  /// Throws Error(kUsage) where it is no folder.
  explicit Root(const std::filesystem::path& folder = "/");

  bool is_this_machine() const { return folder_ == "/"; }

  bool Has(const std::string& path) const;
  /// Lines end in '\n', the last one may not. Empty where there is nothing.
  std::string Text(const std::string& path) const;
  /// Up to 256 characters of the first line, without blanks at its ends.
  std::string Line(const std::string& path) const;
  /// Of the first line; nullopt where it does not start with a number.
  std::optional<double> Number(const std::string& path) const;
  /// The bytes of a file that is no text.
  std::string Bytes(const std::string& path) const;
  /// Entries of a folder, sorted; at most 65,536, and only printable names.
  std::vector<std::string> Names(const std::string& path) const;
  /// The path that all links lead to; empty where that is nothing.
  std::string Resolve(const std::string& path) const;
  /// What a link says, wherever it leads; empty for what is no link.
  std::string LinkText(const std::string& path) const;
  /// Where it lies on this machine; empty where there is nothing.
  std::filesystem::path Place(const std::string& path) const;

 private:
  std::filesystem::path folder_;  // canonical
};

}  // namespace coralline
