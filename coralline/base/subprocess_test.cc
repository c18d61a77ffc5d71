#include "coralline/base/subprocess.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "coralline/base/error.h"

namespace coralline {
namespace {

using std::filesystem::path;
using testing::HasSubstr;

Subprocess Shell(const std::string& script) {
  return {.program = "/bin/sh", .arguments = {"-c", script}};
}

std::string ErrorOf(const Subprocess& subprocess) {
  try {
    RunSubprocess(subprocess);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kFailed);
    return error.what();
  }
  return "no error";
}

std::ptrdiff_t NumDescriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       {});
}

// Nobody holds the write end of a pipe once the file gives its end.
bool EndsSoon(int fd) {
  char byte = 0;
  return read(fd, &byte, 1) == 0;
}

class SubprocessTest : public testing::Test {
 protected:
  SubprocessTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SubprocessTest() override {
    std::filesystem::remove_all(folder_);
    // No child is left, as a zombie or running.
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }

  path Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }

  const path folder_ =
      path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SubprocessTest, GivesOutputAndExitStatus) {
  const auto result = RunSubprocess(Shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(result.ending, Ending::kExited);
  EXPECT_EQ(result.status, 7);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_TRUE(RunSubprocess(Shell("true")).ok());
}

TEST_F(SubprocessTest, PassesArgumentsAsTheyAre) {
  Subprocess subprocess = Shell("printf '%s|' \"$@\"");
  subprocess.arguments.insert(subprocess.arguments.end(),
                              {"sh", "a b", "", "$HOME", "'\"*"});
  EXPECT_EQ(RunSubprocess(subprocess).output, "a b||$HOME|'\"*|");
}

TEST_F(SubprocessTest, WorksInItsFolder) {
  Subprocess subprocess = Shell("pwd -P");
  subprocess.folder = folder_;
  EXPECT_EQ(RunSubprocess(subprocess).output,
            std::filesystem::canonical(folder_).string() + "\n");
  subprocess.folder = folder_ / "none";
  EXPECT_THAT(ErrorOf(subprocess), HasSubstr("No such file or directory"));
}

TEST_F(SubprocessTest, TellsOfACrash) {
  const auto result = RunSubprocess(Shell("echo before; kill -SEGV $$"));
  EXPECT_EQ(result.ending, Ending::kSignalled);
  EXPECT_EQ(result.status, SIGSEGV);
  EXPECT_EQ(result.output, "before\n");
}

TEST_F(SubprocessTest, TakesMoreOutputThanAPipeHoldsAndKeepsItsBeginning) {
  Subprocess subprocess = Shell(
      "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
  EXPECT_EQ(RunSubprocess(subprocess).output.size(), 220'000U);
  subprocess.max_output_bytes = 15;
  const auto result = RunSubprocess(subprocess);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.output, "0123456789\n0123");
}

TEST_F(SubprocessTest, KillsTheWholeGroupAtTheTimeout) {
  // Children and grandchildren hold the fifo open until they are dead.
  const path fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int fd = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  Subprocess subprocess = Shell(
      "exec 3>fifo; trap '' TERM INT HUP; (sh -c 'while :; do sleep 60; done') "
      "& echo started; while :; do sleep 60; done");
  subprocess.folder = folder_;
  subprocess.timeout = std::chrono::milliseconds(200);
  const auto result = RunSubprocess(subprocess);
  EXPECT_EQ(result.ending, Ending::kTimedOut);
  EXPECT_EQ(result.status, SIGKILL);
  fcntl(fd, F_SETFL, 0);
  EXPECT_TRUE(EndsSoon(fd));
  close(fd);
}

TEST_F(SubprocessTest, KillsAProgramThatNeverEndsToWrite) {
  Subprocess subprocess = Shell("while :; do echo more; done");
  subprocess.timeout = std::chrono::milliseconds(100);
  subprocess.max_output_bytes = 10;
  const auto result = RunSubprocess(subprocess);
  EXPECT_EQ(result.ending, Ending::kTimedOut);
  EXPECT_EQ(result.output, "more\nmore\n");
}

TEST_F(SubprocessTest, EndsWithItsProgramThoughAChildHoldsTheOutput) {
  Subprocess subprocess = Shell("sleep 60 & echo done");
  const auto result = RunSubprocess(subprocess);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.output, "done\n");
}

TEST_F(SubprocessTest, WaitsForAProgramThatClosedItsOutput) {
  const auto result = RunSubprocess(
      Shell("exec >/dev/null 2>&1; i=0; while [ $i -lt 1000 ]; do i=$((i+1)); "
            "done; exit 3"));
  EXPECT_EQ(result.status, 3);
}

TEST_F(SubprocessTest, StopsWhenItIsTold) {
  std::atomic<bool> stop{false};
  Subprocess subprocess = Shell("while :; do sleep 60; done");
  subprocess.should_stop = [&stop] { return stop.load(); };
  std::jthread user([&stop] { stop = true; });
  EXPECT_EQ(RunSubprocess(subprocess).ending, Ending::kStopped);
}

TEST_F(SubprocessTest, HasNoInputAndNoDescriptorOfOurs) {
  // Not closed on exec by itself.
  const int ours = open("/dev/null", O_RDONLY);
  const int high = fcntl(ours, F_DUPFD, 77);
  EXPECT_EQ(RunSubprocess(Shell("cat; ls /proc/self/fd | wc -l")).output,
            "4\n");  // 0, 1, 2, and the folder itself
  close(high);
  close(ours);
}

TEST_F(SubprocessTest, LeavesNoDescriptorOpen) {
  const auto before = NumDescriptors();
  RunSubprocess(Shell("echo hello"));
  ErrorOf({.program = "/nowhere/program"});
  EXPECT_EQ(NumDescriptors(), before);
}

TEST_F(SubprocessTest, StartsWithoutOurSignalHandling) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(RunSubprocess(Shell("kill -PIPE $$")).status, SIGPIPE);
  std::signal(SIGPIPE, before);
}

TEST_F(SubprocessTest, SaysWhyAProgramCannotBeStarted) {
  EXPECT_EQ(ErrorOf({.program = "/nowhere/program"}),
            "/nowhere/program: cannot be run: No such file or directory");
  EXPECT_THAT(ErrorOf({.program = Write("data", "hello")}),
              HasSubstr("data: cannot be run: Permission denied"));
  const path text = Write("text", "hello");
  std::filesystem::permissions(text, std::filesystem::perms::owner_all);
  EXPECT_THAT(ErrorOf({.program = text}),
              HasSubstr("text: cannot be run: Exec format error"));
}

TEST_F(SubprocessTest, RunsInSeveralThreadsAtOnce) {
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&right, i] {
        for (int n = 0; n < 5; ++n) {
          const auto text = std::to_string(i) + "\n";
          right += RunSubprocess(Shell("echo " + text)).output == text;
        }
      });
    }
  }
  EXPECT_EQ(right, 20);
}

TEST_F(SubprocessTest, FindsProgramsAsAShellDoes) {
  const std::string path_before = std::getenv("PATH");
  const path tool = Write("tool", "#!/bin/sh\necho tool\n");
  setenv("PATH", ("/nowhere:" + folder_.string()).c_str(), 1);
  EXPECT_EQ(FindProgram("tool"), std::nullopt);  // not executable
  EXPECT_EQ(FindProgram(tool.string()), tool);
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
  EXPECT_EQ(FindProgram("tool"), tool);
  EXPECT_EQ(FindProgram(folder_.string() + "/none"), std::nullopt);
  EXPECT_EQ(FindProgram(folder_.string()), std::nullopt);
  EXPECT_EQ(RunSubprocess({.program = *FindProgram("tool")}).output, "tool\n");
  unsetenv("PATH");
  EXPECT_EQ(FindProgram("tool"), std::nullopt);
  setenv("PATH", path_before.c_str(), 1);
}

}  // namespace
}  // namespace coralline
