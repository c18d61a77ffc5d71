#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/machine_options.h"
#include "coralline/machine/doctor.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Examines libraries, Edge TPUs, their links, the compiler and the host. A\n"
    "problem keeps something from working, a warning makes it slower, a note "
    "is\n"
    "good to know; each comes with its way out, and docs/doctor.md explains "
    "it.\n"
    "With --root, a machine's files are examined, not its libraries.\n\n"
    "Exit status: 0 without a problem, 4 with one.\n\n"
    "Examples:\n"
    "  coralline doctor\n"
    "  coralline doctor --json | jq '.findings[] | select(.status != \"ok\")'\n"
    "  coralline doctor --root copy-of-another-machine";

void PrintText(const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) {
    width = std::max(width, finding.check.size());
  }
  for (const Finding& finding : findings) {
    fmt::print("{:<7}  {:<{}}  {}{}\n", FindingStatusText(finding.status),
               finding.check, width,
               finding.device.empty() ? "" : finding.device + ": ",
               finding.found);
    if (finding.way_out.empty()) continue;
    fmt::print("{:>{}}  way out: {}\n", "", 9 + width, finding.way_out);
  }
  fmt::print("\n{}\n", SummaryText(findings));
}

void PrintJson(const std::vector<Finding>& findings) {
  Json array = Json::array();
  for (const Finding& finding : findings) {
    array.push_back(
        {{"check", finding.check},
         {"device", finding.device.empty() ? Json() : Json(finding.device)},
         {"status", FindingStatusText(finding.status)},
         {"found", finding.found},
         {"way_out",
          finding.way_out.empty() ? Json() : Json(finding.way_out)}});
  }
  const Json json = {{"findings", array}, {"summary", SummaryText(findings)}};
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

Action ConfigureDoctor(CLI::App& app) {
  const auto options = std::make_shared<MachineOptions>();
  AddMachineOptions(app, *options);
  app.add_option("--compiler", options->software.compiler,
                 "The edgetpu_compiler ($CORALLINE_EDGETPU_COMPILER, else that "
                 "of the PATH)");
  app.footer(kFooter);
  return [options] {
    const std::vector<Finding> findings = Examine(ReadMachineOf(*options));
    options->json ? PrintJson(findings) : PrintText(findings);
    return HasProblem(findings) ? static_cast<int>(ErrorKind::kDevice) : 0;
  };
}

}  // namespace coralline::cli
