// What a user sees on a terminal: widths and colours.

#include <pty.h>

#include <string_view>

#include "coralline/cli/terminal.h"
#include "tests/cli/cli_fixture.h"

namespace coralline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPlan = "plan fc.tflite --count 4 --max-replicas 1";
constexpr const char* kSimulate =
    "simulate fc.tflite --stages 4 --devices-per-link 2 --host python";
constexpr const char* kExplain = "explain fc.tflite --count 2";
constexpr const char* kFront = "plan fc.tflite --count 4 --front";
constexpr const char* kSweep = "sweep fc.tflite --counts 1-3";
constexpr const char* kRun =
    "run fc.tflite --devices emulated:edgetpu-pcie:3 --requests 30";

class PtyCli : public Cli {
 protected:
  PtyCli() { Run("generate fc --width 2620 -o fc.tflite"); }

  // Stdout of a run on a terminal of so many columns, with these variables and
  // no others.
  std::string RunOnTerminal(const std::string& arguments, int columns,
                            const std::string& variables = "TERM=xterm") {
    const std::string command =
        "cd '" + folder_.string() + "' && exec env -i " + variables +
        " " CORALLINE_PROGRAM " " + arguments + " 2>/dev/null";
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = 24;
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    std::string output;
    std::array<char, 4096> buffer;
    ssize_t got = 0;
    // Fails with EIO once the program is gone.
    while ((got = read(terminal, buffer.data(), buffer.size())) > 0) {
      output.append(buffer.data(), got);
    }
    close(terminal);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0) << output;
    std::erase(output, '\r');
    return output;
  }

  static bool HasBars(std::string_view command) {
    return command == kPlan || command == kSimulate || command == kExplain;
  }

  static int LongestLine(std::string_view text) {
    int longest = 0;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size() - 1);
      longest = std::max(longest, cli::DisplayWidth(text.substr(0, end)));
      text.remove_prefix(end + 1);
    }
    return longest;
  }
};

TEST_F(PtyCli, NoLineIsWiderThanTheTerminal) {
  for (const std::string command :
       {kPlan, kSimulate, kExplain, kFront, kSweep, kRun}) {
    for (const int columns : {40, 80, 200}) {
      for (const std::string locale : {"C", "C.UTF-8"}) {
        const std::string output =
            RunOnTerminal(command, columns, "TERM=xterm LC_ALL=" + locale);
        EXPECT_LE(LongestLine(output), columns) << output;
        EXPECT_EQ(output.find("█") != std::string::npos,
                  locale == "C.UTF-8" && HasBars(command))
            << output;
      }
    }
  }
}

TEST_F(PtyCli, ColorsAreForTerminals) {
  for (const std::string command : {kPlan, kSimulate}) {
    EXPECT_THAT(RunOnTerminal(command, 80), HasSubstr("\033["));
    EXPECT_THAT(RunOnTerminal(command, 80, "TERM=xterm NO_COLOR=1"),
                Not(HasSubstr("\033")));
    EXPECT_THAT(RunOnTerminal(command, 80, "TERM=dumb"),
                Not(HasSubstr("\033")));
    EXPECT_THAT(Run(command, "CLICOLOR_FORCE=").output, Not(HasSubstr("\033")));
    EXPECT_THAT(Run(command, "CLICOLOR_FORCE=1").output, HasSubstr("\033["));
  }
}

TEST_F(PtyCli, WhatIsPipedIsTheSameEverywhere) {
  for (const std::string command : {kPlan, kSimulate, kExplain}) {
    EXPECT_EQ(Run(command, "COLUMNS=40 LC_ALL=C.UTF-8").output,
              Run(command, "COLUMNS=200 LC_ALL=C TERM=dumb").output);
  }
}

TEST_F(PtyCli, WideTerminalsShowMoreColumns) {
  EXPECT_THAT(RunOnTerminal(kSimulate, 200), HasSubstr("relayout"));
  EXPECT_THAT(RunOnTerminal(kSimulate, 80), Not(HasSubstr("relayout")));
  EXPECT_THAT(RunOnTerminal(kSimulate, 80), HasSubstr(" first "));
  EXPECT_THAT(RunOnTerminal(kSimulate, 40),
              AllOf(Not(HasSubstr(" first ")), HasSubstr("memory")));
}

}  // namespace
}  // namespace coralline
