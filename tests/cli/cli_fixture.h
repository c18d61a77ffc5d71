#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "coralline/base/error.h"
#include "coralline/device/cpu_device.h"
#include "coralline/device/testing.h"

namespace coralline {

/// What a run of the program gave.
struct Result {
  int status = -1;
  std::string output;  // stdout, then stderr
  std::string stdout_only;
};

/// Runs the program in a folder of the test's own.
class Cli : public testing::Test {
 protected:
  Cli() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Cli() override { std::filesystem::remove_all(folder_); }

  // Runs in a folder of the test's own. `prefix` may set variables.
  Result Run(const std::string& arguments, const std::string& prefix = "") {
    // Not the user's cache, which a newer version may have written.
    std::string command("cd '");
    command.append(folder_.string()).append("' && XDG_CACHE_HOME='");
    command.append(folder_.string()).append("/cache' ").append(prefix);
    command.append(" " CORALLINE_PROGRAM " ").append(arguments);
    command.append(" 2>stderr.txt");
    Result result;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    std::size_t got = 0;
    while ((got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
      result.output.append(buffer.data(), got);
    }
    result.status = WEXITSTATUS(pclose(pipe));
    result.stdout_only = result.output;
    std::ifstream errors(folder_ / "stderr.txt");
    result.output += std::string(std::istreambuf_iterator<char>(errors), {});
    return result;
  }

  // Compares with a file of the project; UPDATE_GOLDEN=1 rewrites it.
  static void ExpectFile(const std::string& name, const std::string& content) {
    const auto path = std::filesystem::path(CORALLINE_SOURCE_DIR) / name;
    if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path) << content;
    std::stringstream golden;
    golden << std::ifstream(path).rdbuf();
    EXPECT_EQ(content, golden.str()) << path;
  }

  void ExpectGolden(const std::string& name, const std::string& arguments) {
    const Result result = Run(arguments);
    EXPECT_EQ(result.status, 0) << result.output;
    ExpectFile("tests/cli/golden/" + name + ".txt", result.output);
  }

  void Write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  std::int64_t FileBytes(const std::string& name) const {
    return static_cast<std::int64_t>(
        std::filesystem::file_size(folder_ / name));
  }

  // Starts a run whose output goes to a file; the caller waits for it.
  pid_t Start(const std::string& arguments) const {
    const std::string command = "cd '" + folder_.string() +
                                "' && exec " CORALLINE_PROGRAM " " + arguments +
                                " >output.txt 2>&1";
    const pid_t child = fork();
    if (child == 0) {
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    return child;
  }

  // Peak resident memory of one run.
  std::int64_t PeakBytes(const std::string& arguments) const {
    const pid_t child = Start(arguments);
    int status = 0;
    rusage usage{};
    EXPECT_EQ(wait4(child, &status, 0, &usage), child);
    EXPECT_EQ(status, 0);
    return std::int64_t{usage.ru_maxrss} * 1024;
  }

  static bool CanExecute() { return testing_util::CanExecute(); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string(testing::UnitTest::GetInstance()
                       ->current_test_info()
                       ->test_suite_name()) +
       "_" + testing::UnitTest::GetInstance()->current_test_info()->name());
};

}  // namespace coralline
