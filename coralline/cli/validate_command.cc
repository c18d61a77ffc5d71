#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/table.h"
#include "coralline/sim/validation.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Predicts every row of the published Edge TPU series and prints how far "
    "off\n"
    "the simulator is: relative errors of the time, how many rows lie in the\n"
    "predicted range of hosts with several modes, and how many have the "
    "memory\n"
    "that the compiler's log prints. The spec's constants were fitted to "
    "these\n"
    "rows: the errors are in sample.\n\n"
    "Examples:\n"
    "  coralline validate --measurements measurements\n"
    "  coralline validate --measurements measurements --csv > rows.csv";

struct Options {
  std::string measurements;
  std::string device = "edgetpu-pcie";
  bool json = false;
  bool csv = false;
  bool markdown = false;
};

std::string Percent(double share) {
  return fmt::format("{:.2f} %", 100 * share);
}

// The cells of one series; empty where a figure does not apply.
std::vector<std::string> Cells(const Series& series) {
  const SeriesErrors errors = ErrorsOf(series);
  return {
      series.name,
      std::to_string(errors.rows),
      Percent(errors.median),
      Percent(errors.p90),
      Percent(errors.maximum),
      fmt::format("{:.0f} %", 100 * errors.share_in_range),
      errors.memory_rows > 0
          ? fmt::format("{} of {}", errors.memory_matches, errors.memory_rows)
          : "-"};
}

void PrintWinners(const Validation& validation, std::string_view prefix) {
  for (const WinnerCount& winner : validation.winners) {
    fmt::print(
        "{}{}: of {} widths with different cuts the faster one named at {} "
        "(always profiled: {}); a gain of 1 % or less taken as none, at {} "
        "(always profiled: {})\n",
        prefix, winner.name, winner.widths, winner.right_strictly,
        winner.always_right_strictly, winner.right, winner.always_right);
  }
}

void PrintText(const Validation& validation, const DeviceSpec& spec) {
  fmt::print("Published measurements against {}, simulated\n\n", spec.name);
  Table table(
      {"series", "rows>", "median>", "p90>", "max>", "in range>", "memory>"});
  for (const Series& series : validation.series) table.AddRow(Cells(series));
  fmt::print("{}\n", table.Format());
  PrintWinners(validation, "");
  for (const std::string& file : validation.missing_files) {
    fmt::print("not there: {}\n", file);
  }
}

void PrintMarkdown(const Validation& validation) {
  fmt::print(
      "| series | rows | median | p90 | largest | in range | memory |\n"
      "|---|---|---|---|---|---|---|\n");
  for (const Series& series : validation.series) {
    fmt::print("| {} |\n", fmt::join(Cells(series), " | "));
  }
  fmt::print("\n");
  PrintWinners(validation, "- ");
}

void PrintCsv(const Validation& validation) {
  fmt::print(
      "series,width,layers,segments,batch,split,measured_ms,simulated_ms,"
      "low_ms,high_ms,error,memory_agrees\n");
  for (const Series& series : validation.series) {
    for (const PredictedRow& row : series.rows) {
      const Measurement& m = row.measured;
      const auto memory =
          row.memory_agrees ? (*row.memory_agrees ? "true" : "false") : "";
      fmt::print("\"{}\",{},{},{},{},{},{},{:.6f},{:.6f},{:.6f},{:.6f},{}\n",
                 series.name, m.width, m.layers, m.segments, m.batch,
                 fmt::join(m.split, "-"), m.ms_per_inference, row.ms,
                 row.low_ms, row.high_ms, row.error(), memory);
    }
  }
}

Json SeriesJson(const Series& series) {
  const SeriesErrors errors = ErrorsOf(series);
  return {{"name", series.name},
          {"file", series.file},
          {"rows", errors.rows},
          {"median_error", errors.median},
          {"p90_error", errors.p90},
          {"max_error", errors.maximum},
          {"share_in_range", errors.share_in_range},
          {"memory_rows", errors.memory_rows},
          {"memory_matches", errors.memory_matches}};
}

void PrintJson(const Validation& validation, const DeviceSpec& spec) {
  Json series = Json::array();
  for (const Series& s : validation.series) series.push_back(SeriesJson(s));
  Json winners = Json::array();
  for (const WinnerCount& winner : validation.winners) {
    winners.push_back(
        {{"name", winner.name},
         {"widths", winner.widths},
         {"same_cut", winner.same_cut},
         {"right", winner.right},
         {"right_strictly", winner.right_strictly},
         {"always_right", winner.always_right},
         {"always_right_strictly", winner.always_right_strictly}});
  }
  const Json json = {{"device", spec.name},
                     {"origin", "simulated"},
                     {"series", series},
                     {"winners", winners},
                     {"missing_files", validation.missing_files}};
  fmt::print("{}\n", json.dump(2));
}

}  // namespace

Action ConfigureValidate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--measurements", options->measurements,
                 "The folder of the published series")
      ->required();
  app.add_option("--device", options->device,
                 "A device spec by name, or the path of a .json file")
      ->capture_default_str();
  auto* format = app.add_option_group("Format (one of)");
  format->add_flag("--json", options->json, "Print JSON");
  format->add_flag("--csv", options->csv, "Print every row as CSV");
  format->add_flag("--markdown", options->markdown,
                   "Print the tables of docs/validation.md");
  format->require_option(0, 1);
  app.footer(kFooter);
  return [options] {
    const DeviceSpec spec = ReadDeviceSpec(options->device);
    const Validation validation = Validate(options->measurements, spec);
    if (options->json) {
      PrintJson(validation, spec);
    } else if (options->csv) {
      PrintCsv(validation);
    } else if (options->markdown) {
      PrintMarkdown(validation);
    } else {
      PrintText(validation, spec);
    }
    return 0;
  };
}

}  // namespace coralline::cli
