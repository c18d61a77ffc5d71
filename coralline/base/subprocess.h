#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace coralline {

/// A program to run, and how long at most.
struct Subprocess {
  std::filesystem::path program;  ///< the PATH is not searched
  std::vector<std::string> arguments;
  std::filesystem::path folder;  ///< where it works; empty: where we do
  std::chrono::nanoseconds timeout = std::chrono::minutes(1);
  /// Asked every 10 ms or so; may be empty.
  std::function<bool()> should_stop;
  /// What is kept of its output: the beginning.
  std::size_t max_output_bytes = std::size_t{1} << 20;
};

/// How a program ended.
enum class Ending {
  kExited,
  kSignalled,  ///< by itself: a crash
  kTimedOut,   ///< killed
  kStopped,    ///< killed, as should_stop said
};

struct SubprocessResult {
  Ending ending = Ending::kExited;
  int status = 0;      ///< the exit status, or the number of the signal
  std::string output;  ///< standard output and error, as they came

  bool ok() const { return ending == Ending::kExited && status == 0; }
};

/// Runs the program until it ends. It has a process group of its own, which is
/// killed at the end, so that nothing of it goes on; the standard input is
/// empty, and no other descriptor of ours is open in it. Any thread may call
/// this.
///
/// Throws Error(kFailed), with the system's reason, where the program cannot be
/// started.
SubprocessResult RunSubprocess(const Subprocess& subprocess);

/// The file that a shell would run under this name: with a slash the file
/// itself, else the first executable of the PATH. nullopt where there is none;
/// a file with a slash may be there and not be executable.
std::optional<std::filesystem::path> FindProgram(const std::string& name);

}  // namespace coralline
