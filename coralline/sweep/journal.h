#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "coralline/sweep/sweep.h"

namespace coralline {

/// What all rows of a journal have in common, by name: a sweep with another
/// value anywhere is another sweep.
using SweepIdentity = std::vector<std::pair<std::string, std::string>>;

/// The rows of a sweep in a file, so that one that was interrupted, or is
/// extended, plans only what is missing. A line of JSON with the identity, then
/// one for each row, each written as a whole when it is known: a program that
/// is killed loses the line that it was writing, and no other.
///
/// Not for several threads, and one program at a time has the file.
class SweepJournal {
 public:
  /// Begins the file, or goes on with it. Throws Error(kUsage) where it holds
  /// something else, or another sweep, naming what differs; Error(kFailed)
  /// where it cannot be read or written, or another program has it.
  SweepJournal(const std::filesystem::path& path,
               const SweepIdentity& identity);
  ~SweepJournal();
  SweepJournal(const SweepJournal&) = delete;
  SweepJournal& operator=(const SweepJournal&) = delete;

  /// The row of a model with this name and content.
  std::optional<SweepRow> Find(const SweptModel& model, int count,
                               Strategy strategy) const;
  /// Throws Error(kFailed).
  void Add(const SweepRow& row);

  /// That the file had in the beginning.
  std::int64_t num_read() const { return num_read_; }
  /// Whether the file ended within a line, which was taken away.
  bool was_torn() const { return was_torn_; }

 private:
  using Key = std::tuple<std::string, std::string, int, Strategy>;
  static Key KeyOf(const SweptModel& model, int count, Strategy strategy);

  void Read(const SweepIdentity& identity);
  void CheckIdentity(std::string_view line, const std::string& at,
                     const SweepIdentity& identity) const;
  void Write(const std::string& line);
  [[noreturn]] void Fail(const std::string& what) const;

  std::string path_;
  int file_ = -1;
  std::map<Key, SweepRow> rows_;
  std::int64_t num_read_ = 0;
  bool was_torn_ = false;
};

}  // namespace coralline
