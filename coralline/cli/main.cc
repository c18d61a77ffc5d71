#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/base/edit_distance.h"
#include "coralline/base/error.h"
#include "coralline/cli/command.h"

namespace coralline::cli {
namespace {

constexpr std::array<Command, 18> kCommands = {{
    {"devices", "List Edge TPUs and the CPU, and what they are attached by",
     ConfigureDevices},
    {"doctor", "Find out what keeps Edge TPUs from working or slows them down",
     ConfigureDoctor},
    {"inspect", "Show a model's operators, sizes and what each cut costs",
     ConfigureInspect},
    {"generate", "Write a published network with random weights",
     ConfigureGenerate},
    {"profile", "Measure what segments of a model take on a device",
     ConfigureProfile},
    {"plan", "Find the best cuts, replicas and devices, with a proof",
     ConfigurePlan},
    {"explain", "Say why a plan is the fastest, and what would help",
     ConfigureExplain},
    {"sweep", "Compare numbers of devices and ways to cut, for many models",
     ConfigureSweep},
    {"check", "Find out whether a plan file holds what it claims",
     ConfigureCheck},
    {"split", "Cut a model into segment files", ConfigureSplit},
    {"compile", "Compile a plan's segments for Edge TPUs", ConfigureCompile},
    {"verify", "Prove segment files equal to the whole model, bit for bit",
     ConfigureVerify},
    {"run", "Run a model as a pipeline and measure it", ConfigureRun},
    {"simulate", "Predict a model's time and memory on Edge TPUs",
     ConfigureSimulate},
    {"validate", "Compare the simulator with published measurements",
     ConfigureValidate},
    {"calibrate", "Refit a device spec to times measured on your host",
     ConfigureCalibrate},
    {"reproduce", "Rerun the paper's experiments, beside its published figures",
     ConfigureReproduce},
    {"demo", "Show on this machine what segmentation gains", ConfigureDemo},
}};

constexpr const char* kFooter =
    "Exit status: 0 ok, 1 failed, 2 usage, 3 bad model, 4 device,\n"
    "130 interrupted.\n\n"
    "Tables fit the terminal; a file or a program gets all columns. "
    "NO_COLOR=1\n"
    "turns colours off, CLICOLOR_FORCE=1 turns them on in pipes too.";

void CheckCommandName(std::string_view name) {
  const auto distance = [name](const Command& command) {
    return EditDistance(name, command.name);
  };
  const auto* nearest = std::min_element(
      kCommands.begin(), kCommands.end(),
      [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (distance(*nearest) == 0) return;
  const std::string hint =
      distance(*nearest) <= 2
          ? fmt::format("did you mean '{}'?", nearest->name)
          : std::string("'coralline --help' lists the commands");
  throw Error(ErrorKind::kUsage,
              fmt::format("unknown command '{}'; {}", name, hint));
}

int PrintError(const std::string& message, int status) {
  fmt::print(stderr, "coralline: {}\n", message);
  return status;
}

int ParseAndRun(int argc, char** argv) {
  CLI::App app(
      "Splits a quantized TFLite model into segments, and runs them as"
      " a pipeline.",
      "coralline");
  app.set_version_flag("--version", "coralline " CORALLINE_VERSION);
  app.footer(kFooter);
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    actions.emplace_back(sub, command.configure(*sub));
  }
  if (argc > 1 && argv[1][0] != '-') CheckCommandName(argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    const std::string command = argc > 1 && argv[1][0] != '-'
                                    ? fmt::format(" {}", argv[1])
                                    : std::string();
    return PrintError(
        fmt::format("{}; see 'coralline{} --help'", error.what(), command),
        static_cast<int>(ErrorKind::kUsage));
  }
  for (const auto& [sub, action] : actions) {
    if (sub->parsed()) return action();
  }
  fmt::print("{}", app.help());
  return 0;
}

// Where stdout or stderr is closed, a file that we write would take its place.
void OpenStandardStreams() {
  int file = 0;
  while (file >= 0 && file <= STDERR_FILENO) file = open("/dev/null", O_RDWR);
  if (file > STDERR_FILENO) close(file);
}

}  // namespace
}  // namespace coralline::cli

int main(int argc, char** argv) {
  using coralline::cli::ParseAndRun;
  using coralline::cli::PrintError;
  coralline::cli::OpenStandardStreams();
  try {
    const int status = ParseAndRun(argc, argv);
    if (std::fflush(stdout) != 0) return PrintError("cannot write output", 1);
    return status;
  } catch (const coralline::Error& error) {
    return PrintError(error.what(), static_cast<int>(error.kind()));
  } catch (const std::exception& error) {
    return PrintError(error.what(), 1);
  }
}
