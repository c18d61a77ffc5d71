#include "coralline/cli/reproduce_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "coralline/base/hash.h"
#include "coralline/sim/device_spec.h"

namespace coralline::cli {
namespace {

// The user's lists where there are any.
paper::Widths Chosen(const ReproduceOptions& options, paper::Widths widths) {
  if (options.fc_widths.empty() && options.conv_widths.empty()) return widths;
  return {.fc = options.fc_widths, .conv = options.conv_widths};
}

}  // namespace

bool ReproduceOptions::wants(const std::string& part) const {
  return only.empty() ||
         std::find(only.begin(), only.end(), part) != only.end();
}

paper::Widths ReproduceOptions::SimulatedWidths() const {
  return Chosen(*this, paper::AllWidths());
}

paper::Widths ReproduceOptions::EmulatedWidths() const {
  return Chosen(*this,
                all_widths ? paper::AllWidths() : paper::EmulatedWidths());
}

// A few that were published, of both regimes of the caches.
paper::Widths ReproduceOptions::CpuWidths() const {
  return Chosen(*this, {.fc = {100, 500, 1300, 1980, 2620},
                        .conv = {32, 132, 232, 332, 452}});
}

void AddReproduceOptions(CLI::App& app, ReproduceOptions& options) {
  constexpr int kMostWidth = 4096;
  app.add_option("--out", options.output, "The folder to write")
      ->capture_default_str();
  app.add_option("--only", options.only,
                 "simulated, emulated or measured; several with commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"simulated", "emulated", "measured"}));
  app.add_option("--device", options.device,
                 "A device spec by name, or the path of a .json file")
      ->capture_default_str();
  app.add_flag("--all-widths", options.all_widths,
               "Emulate every width, not every eighth and the headlines'");
  app.add_option("--fc-widths", options.fc_widths,
                 "These networks alone, with commas; of the other kind then "
                 "none, unless --conv-widths names some")
      ->delimiter(',')
      ->check(CLI::Range(1, kMostWidth));
  app.add_option("--conv-widths", options.conv_widths, "The same")
      ->delimiter(',')
      ->check(CLI::Range(1, kMostWidth));
  app.add_option("--seconds", options.seconds,
                 "To emulate each network for, in about")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--fresh", options.fresh,
               "Begin anew in a folder that holds a reproduction");
  auto* format = app.add_option_group("Format (one of)");
  format->add_flag("--json", options.json, "Print the results as JSON");
  format->add_flag("--markdown", options.markdown,
                   "Print docs/paper.md, and write no folder; needs --only "
                   "simulated");
  format->require_option(0, 1);
}

paper::Identity IdentityOf(const ReproduceOptions& options) {
  const auto list = [](const std::vector<int>& widths) {
    return fmt::format("{}", fmt::join(widths, ","));
  };
  const paper::Widths simulated = options.SimulatedWidths();
  const paper::Widths emulated = options.EmulatedWidths();
  return {{"program", CORALLINE_VERSION},
          {"device", options.device},
          {"spec", HashText(ReadDeviceSpecText(options.device))},
          {"fc_widths", list(simulated.fc)},
          {"conv_widths", list(simulated.conv)},
          {"emulated_fc_widths", list(emulated.fc)},
          {"emulated_conv_widths", list(emulated.conv)},
          {"seconds", fmt::format("{}", options.seconds)}};
}

}  // namespace coralline::cli
