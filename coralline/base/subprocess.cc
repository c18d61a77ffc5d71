#include "coralline/base/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "coralline/base/check.h"
#include "coralline/base/error.h"

namespace coralline {
namespace {

using std::chrono::steady_clock;

// How often the clock and the caller are asked.
constexpr int kTickMs = 10;

class Pipe {
 public:
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      throw Error(ErrorKind::kFailed,
                  fmt::format("cannot open a pipe: {}", std::strerror(errno)));
    }
    read_ = ends[0];
    write_ = ends[1];
    fcntl(read_, F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(read_);
    CloseWriteEnd();
  }
  int read_end() const { return read_; }
  int write_end() const { return write_; }
  void CloseWriteEnd() {
    if (write_ >= 0) close(write_);
    write_ = -1;
  }

 private:
  int read_;
  int write_;
};

// What is done between fork and exec.
class SpawnSettings {
 public:
  SpawnSettings(int output, const std::filesystem::path& folder) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    if (!folder.empty()) {
      posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
    }
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP |
                                               POSIX_SPAWN_SETSIGDEF |
                                               POSIX_SPAWN_SETSIGMASK);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

pid_t Spawn(const Subprocess& subprocess, int output) {
  // Relative to our folder, not to the program's.
  const std::string program = std::filesystem::absolute(subprocess.program);
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};
  for (const std::string& argument : subprocess.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const SpawnSettings settings(output, subprocess.folder);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, program.c_str(), settings.actions(),
                  settings.attributes(), arguments.data(), environ);
  if (error == 0) return pid;
  throw Error(ErrorKind::kFailed,
              fmt::format("{}: cannot be run: {}", subprocess.program.string(),
                          std::strerror(error)));
}

// Takes what is in the pipe, and keeps it up to a limit; no more than pipes
// hold, as some programs never end to write. False at the pipe's end.
bool Drain(int fd, std::size_t max_bytes, std::string& output) {
  std::array<char, 16384> buffer;
  for (int reads = 0; reads < 64; ++reads) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) return false;
    if (got < 0) break;  // empty for now
    const std::size_t room = max_bytes - output.size();
    output.append(buffer.data(), std::min<std::size_t>(room, got));
  }
  return true;
}

// Whether it has ended. It stays a zombie, so that its group's number is not
// another's yet.
bool HasEnded(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info,
                WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

// Waits for the end, and tells why it waits no longer.
Ending Await(pid_t pid, int fd, const Subprocess& subprocess,
             std::string& output) {
  const auto start = steady_clock::now();
  pollfd poll_fd{.fd = fd, .events = POLLIN, .revents = 0};
  bool is_open = true;
  while (!HasEnded(pid)) {
    if (subprocess.should_stop && subprocess.should_stop()) {
      return Ending::kStopped;
    }
    if (steady_clock::now() - start >= subprocess.timeout) {
      return Ending::kTimedOut;
    }
    // Without output to come the end is near.
    poll(&poll_fd, is_open ? 1 : 0, is_open ? kTickMs : 1);
    if (is_open) is_open = Drain(fd, subprocess.max_output_bytes, output);
  }
  return Ending::kExited;
}

int Reap(pid_t pid) {
  kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) CORALLINE_CHECK(errno == EINTR);
  return status;
}

bool IsExecutableFile(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

SubprocessResult RunSubprocess(const Subprocess& subprocess) {
  Pipe pipe;
  const pid_t pid = Spawn(subprocess, pipe.write_end());
  pipe.CloseWriteEnd();
  SubprocessResult result;
  result.ending = Await(pid, pipe.read_end(), subprocess, result.output);
  const int status = Reap(pid);
  Drain(pipe.read_end(), subprocess.max_output_bytes, result.output);
  result.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  if (result.ending == Ending::kExited && WIFSIGNALED(status)) {
    result.ending = Ending::kSignalled;
  }
  return result;
}

std::optional<std::filesystem::path> FindProgram(const std::string& name) {
  std::error_code error;
  if (name.find('/') != std::string::npos) {
    return std::filesystem::is_regular_file(name, error)
               ? std::optional<std::filesystem::path>(name)
               : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable != nullptr ? variable : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto path =
        std::filesystem::path(folder.empty() ? "." : folder) / name;
    if (IsExecutableFile(path)) return path;
  }
  return std::nullopt;
}

}  // namespace coralline
