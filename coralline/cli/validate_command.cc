#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/cli/command.h"
#include "coralline/cli/table.h"
#include "coralline/sim/validation.h"
#include "coralline/validation/network_validation.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Predicts every row of the published Edge TPU series, and of published "
    "real\n"
    "networks, and prints how far off the simulator is: relative errors of "
    "the\n"
    "time, how many rows lie in the range that the simulator gives, and how "
    "many\n"
    "have the memory that the compiler's log prints. Constants were fitted to "
    "these\n"
    "rows: errors are in sample but where rows are held out, which are then\n"
    "predicted from the others. --device is for the series; networks have "
    "specs of\n"
    "their own.\n\n"
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

std::vector<std::string> Cells(const NetworkSeries& series) {
  const NetworkErrors errors = ErrorsOf(series);
  return {series.name,
          series.is_held_out ? "held out" : "in sample",
          std::to_string(errors.rows),
          Percent(errors.median),
          Percent(errors.p90),
          Percent(errors.maximum),
          fmt::format("{:.0f} %", 100 * errors.share_in_range)};
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

std::string CoverageText(const Validation& validation) {
  int rows = 0;
  double in_range = 0;
  for (const Series& series : validation.series) {
    const SeriesErrors errors = ErrorsOf(series);
    rows += errors.rows;
    in_range += errors.share_in_range * errors.rows;
  }
  return fmt::format("{:.0f} of {} rows of the series lie in their range\n",
                     in_range, rows);
}

void PrintText(const Validation& validation, const NetworkValidation& networks,
               const DeviceSpec& spec) {
  fmt::print("Published measurements against {}, simulated\n\n", spec.name);
  Table table(
      {"series", "rows>", "median>", "p90>", "max>", "in range>", "memory>"});
  for (const Series& series : validation.series) table.AddRow(Cells(series));
  fmt::print("{}\n{}", table.Format(), CoverageText(validation));
  PrintWinners(validation, "");
  if (!networks.series.empty()) {
    fmt::print("\nPublished networks, simulated with their own specs\n\n");
    Table rows({"networks", "errors are", "rows>", "median>", "p90>", "max>",
                "in range>"});
    for (const NetworkSeries& series : networks.series) {
      rows.AddRow(Cells(series));
    }
    fmt::print("{}", rows.Format());
  }
  for (const auto* files :
       {&validation.missing_files, &networks.missing_files}) {
    for (const std::string& file : *files) {
      fmt::print("not there: {}\n", file);
    }
  }
}

void PrintMarkdown(const Validation& validation,
                   const NetworkValidation& networks) {
  fmt::print(
      "| series | rows | median | p90 | largest | in range | memory |\n"
      "|---|---|---|---|---|---|---|\n");
  for (const Series& series : validation.series) {
    fmt::print("| {} |\n", fmt::join(Cells(series), " | "));
  }
  fmt::print("\n- {}", CoverageText(validation));
  PrintWinners(validation, "- ");
  if (networks.series.empty()) return;
  fmt::print(
      "\n| networks | errors are | rows | median | p90 | largest | in range |\n"
      "|---|---|---|---|---|---|---|\n");
  for (const NetworkSeries& series : networks.series) {
    fmt::print("| {} |\n", fmt::join(Cells(series), " | "));
  }
}

void PrintCsv(const Validation& validation, const NetworkValidation& networks) {
  fmt::print(
      "series,width,layers,segments,batch,split,measured_ms,simulated_ms,"
      "low_ms,high_ms,error,memory_agrees,network,host\n");
  for (const Series& series : validation.series) {
    for (const PredictedRow& row : series.rows) {
      const Measurement& m = row.measured;
      const auto memory =
          row.memory_agrees ? (*row.memory_agrees ? "true" : "false") : "";
      fmt::print("\"{}\",{},{},{},{},{},{},{:.6f},{:.6f},{:.6f},{:.6f},{},,\n",
                 series.name, m.width, m.layers, m.segments, m.batch,
                 fmt::join(m.split, "-"), m.ms_per_inference, row.ms,
                 row.low_ms, row.high_ms, row.error(), memory);
    }
  }
  for (const NetworkSeries& series : networks.series) {
    for (const PredictedNetwork& row : series.rows) {
      fmt::print("\"{}\",,,1,1,,{},{:.6f},{:.6f},{:.6f},{:.6f},,{},{}\n",
                 series.name, row.measured_ms, row.range.ms, row.range.low_ms,
                 row.range.high_ms, row.error(), row.model, row.device);
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

Json SeriesJson(const NetworkSeries& series) {
  const NetworkErrors errors = ErrorsOf(series);
  return {{"name", series.name},
          {"file", series.file},
          {"is_held_out", series.is_held_out},
          {"rows", errors.rows},
          {"median_error", errors.median},
          {"p90_error", errors.p90},
          {"max_error", errors.maximum},
          {"share_in_range", errors.share_in_range}};
}

void PrintJson(const Validation& validation, const NetworkValidation& networks,
               const DeviceSpec& spec) {
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
  Json real = Json::array();
  for (const NetworkSeries& s : networks.series) real.push_back(SeriesJson(s));
  auto missing = validation.missing_files;
  missing.insert(missing.end(), networks.missing_files.begin(),
                 networks.missing_files.end());
  const Json json = {{"device", spec.name}, {"origin", "simulated"},
                     {"series", series},    {"winners", winners},
                     {"networks", real},    {"missing_files", missing}};
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
    const NetworkValidation networks = ValidateNetworks(options->measurements);
    if (options->json) {
      PrintJson(validation, networks, spec);
    } else if (options->csv) {
      PrintCsv(validation, networks);
    } else if (options->markdown) {
      PrintMarkdown(validation, networks);
    } else {
      PrintText(validation, networks, spec);
    }
    return 0;
  };
}

}  // namespace coralline::cli
