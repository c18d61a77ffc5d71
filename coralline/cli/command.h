#pragma once

#include <functional>
#include <span>

namespace CLI {
class App;
}

namespace coralline::cli {

/// What a parsed command line does; returns the exit status.
using Action = std::function<int()>;

/// One verb of the tool. `configure` adds its options to a subcommand and
/// returns what to do once they are parsed.
struct Command {
  const char* name;
  const char* summary;
  Action (*configure)(CLI::App& app);
};

Action ConfigureDevices(CLI::App& app);
Action ConfigureDoctor(CLI::App& app);
Action ConfigureInspect(CLI::App& app);
Action ConfigureGenerate(CLI::App& app);
Action ConfigureProfile(CLI::App& app);
Action ConfigurePlan(CLI::App& app);
Action ConfigureExplain(CLI::App& app);
Action ConfigureSweep(CLI::App& app);
Action ConfigureCheck(CLI::App& app);
Action ConfigureSplit(CLI::App& app);
Action ConfigureCompile(CLI::App& app);
Action ConfigureVerify(CLI::App& app);
Action ConfigureRun(CLI::App& app);
Action ConfigureSimulate(CLI::App& app);
Action ConfigureValidate(CLI::App& app);
Action ConfigureCalibrate(CLI::App& app);
Action ConfigureReproduce(CLI::App& app);
Action ConfigureDemo(CLI::App& app);

/// Exit status of a command that the user interrupted.
inline constexpr int kInterrupted = 130;

}  // namespace coralline::cli
