#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace coralline::cli {

/// A line on stderr that shows how far long work has come; nothing at all when
/// stderr is no terminal. Never used inside a timed section.
class Progress {
 public:
  Progress(std::string label, std::int64_t total);
  /// Removes the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// What is done now, instead of the label.
  void Say(const std::string& what);

  /// Redraws at most ten times a second. A total of 0 is not known; `left` is
  /// the time that remains.
  void Update(std::int64_t done,
              std::optional<std::chrono::nanoseconds> left = {});

 private:
  std::string label_;
  std::int64_t total_;
  bool is_terminal_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace coralline::cli
