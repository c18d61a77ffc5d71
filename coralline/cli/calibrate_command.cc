#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/profiled_models.h"
#include "coralline/cli/table.h"
#include "coralline/planning/profile_calibration.h"
#include "coralline/sim/calibration.h"
#include "coralline/validation/published_networks.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Refits the constants of a device spec to times measured on your own host\n"
    "and writes a complete spec. --profile takes what 'coralline profile'\n"
    "measured on an accelerator, with the models that it measured. FILE is a\n"
    "series of one-device rows (kind,width,layers,...; rows of quality 'ok'\n"
    "count); or first and warm times of networks that 'generate' knows, uint8\n"
    "(model,input,first_inference_ms,...); or the times of mobilenet_v2_1.0 "
    "and\n"
    "inception_v4 on hosts (model,input,...,ms); then --host-name says which\n"
    "host. docs/device-spec.md describes them.\n\n"
    "Examples:\n"
    "  coralline calibrate m.tflite --profile m.json -o mine.json\n"
    "  coralline calibrate a.tflite b.tflite --profile a.json b.json -o "
    "mine.json\n"
    "  coralline calibrate --measurements rows.csv -o mine.json";

struct Options {
  std::vector<std::string> models;
  std::vector<std::string> profiles;
  std::string device = "edgetpu-pcie";
  std::string measurements;
  std::string host_name;
  std::vector<std::string> constants;
  std::string output;
  std::string name;
  bool json = false;
};

// What profiles say, or a file of rows.
struct Outcome {
  Calibration fit;
  std::optional<ProfileCalibration> profiled;
  std::string origin;  // of times that are not measured
};

Calibration FitRows(const DeviceSpec& spec, const Options& options) {
  const SharedBytes bytes = ReadFile(options.measurements);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                              bytes.size());
  if (!IsLinkFile(text) && !IsNetworkFile(text)) {
    return Calibrate(spec, ParseMeasurements(text, options.measurements),
                     options.constants);
  }
  if (!options.constants.empty()) {
    throw Error(ErrorKind::kUsage,
                "--constants is for series; what networks determine is fixed");
  }
  if (IsNetworkFile(text)) {
    return CalibrateNetworks(
        spec, ParseNetworkMeasurements(text, options.measurements));
  }
  return CalibrateLink(spec, ParseLinkMeasurements(text, options.measurements),
                       options.host_name);
}

Outcome Fit(const DeviceSpec& spec, const Options& options) {
  if (options.profiles.empty()) return {.fit = FitRows(spec, options)};
  if (!options.host_name.empty()) {
    throw Error(ErrorKind::kUsage,
                "--host-name is for a file of two networks, not for profiles");
  }
  const ProfiledModels profiled(options.models, options.profiles);
  Outcome outcome{
      .profiled = CalibrateToProfiles(spec, profiled.joined, options.constants),
      .origin = NotMeasured(profiled)};
  outcome.fit = outcome.profiled->fit;
  return outcome;
}

Json ErrorsJson(const CalibrationErrors& errors) {
  return {
      {"median", errors.median}, {"p90", errors.p90}, {"max", errors.maximum}};
}

void PrintJson(const Outcome& outcome, const Options& options) {
  const Calibration& result = outcome.fit;
  Json constants = Json::array();
  for (const FittedConstant& constant : result.constants) {
    constants.push_back({{"path", constant.path},
                         {"old", constant.old_value},
                         {"new", constant.new_value},
                         {"standard_error", constant.standard_error},
                         {"is_determined", constant.is_determined}});
  }
  Json json{{"file", options.output},
            {"rows", result.num_rows},
            {"error_before", ErrorsJson(result.before)},
            {"error_after", ErrorsJson(result.after)}};
  if (outcome.profiled) {
    json["error_held_out"] = ErrorsJson(outcome.profiled->held_out);
    if (outcome.profiled->first) {
      json["error_first"] = ErrorsJson(*outcome.profiled->first);
    }
    json["segments"] = outcome.profiled->num_segments;
    json["segments_left_out"] = outcome.profiled->num_left_out;
    json["is_measured"] = outcome.origin.empty();
  }
  json["constants"] = constants;
  fmt::print("{}\n", json.dump(2));
}

std::string ErrorsText(const CalibrationErrors& errors) {
  return fmt::format("median {:.1f} %, p90 {:.1f} %, max {:.1f} %",
                     100 * errors.median, 100 * errors.p90,
                     100 * errors.maximum);
}

std::string ConstantsText(const Calibration& result) {
  Table table({"constant", "old>", "new>", "standard error>"});
  for (const FittedConstant& constant : result.constants) {
    table.AddRow({constant.path, fmt::format("{:.4g}", constant.old_value),
                  fmt::format("{:.4g}", constant.new_value),
                  constant.is_determined
                      ? fmt::format("{:.2g}", constant.standard_error)
                      : "not determined by these rows"});
  }
  return table.Format();
}

// Only of profiles.
std::string HeldOutText(const Outcome& outcome) {
  if (!outcome.profiled) return "";
  const ProfileCalibration& profiled = *outcome.profiled;
  std::string text =
      fmt::format("half of the {} segments predicted from the other half: {}\n",
                  profiled.num_segments, ErrorsText(profiled.held_out));
  if (profiled.first) {
    text += fmt::format("first inferences, each measured once: {}\n",
                        ErrorsText(*profiled.first));
  }
  if (profiled.num_left_out > 0) {
    text += fmt::format(
        "{} segments left out: the device leaves ops of them to the CPU\n",
        profiled.num_left_out);
  }
  if (!outcome.origin.empty()) {
    text += fmt::format(
        "warning: times are {}: they give back the simulator's own constants, "
        "and tell nothing of a real device\n",
        outcome.origin);
  }
  return text;
}

void PrintText(const Outcome& outcome, const Options& options) {
  const Calibration& result = outcome.fit;
  fmt::print("{}\n{} rows; error before: {}\nafter: {}\n{}wrote {}\n",
             ConstantsText(result), result.num_rows, ErrorsText(result.before),
             ErrorsText(result.after), HeldOutText(outcome), options.output);
}

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string SourceOf(const Outcome& outcome, const Options& options) {
  const int rows = outcome.fit.num_rows;
  if (outcome.profiled) {
    std::vector<std::string> files;
    for (const std::string& file : options.profiles) {
      files.push_back(FileName(file));
    }
    const std::string& origin = outcome.origin;
    return fmt::format("fit: {} {} times of {}", rows,
                       origin.empty() ? "measured" : origin,
                       fmt::join(files, ", "));
  }
  return fmt::format(
      "fit: {} rows of {}{}", rows, FileName(options.measurements),
      options.host_name.empty() ? ""
                                : fmt::format(", host {}", options.host_name));
}

int Run(const Options& options) {
  const std::string base = ReadDeviceSpecText(options.device);
  const DeviceSpec spec = ParseDeviceSpec(base, options.device);
  const Outcome outcome = Fit(spec, options);
  const std::string name =
      options.name.empty()
          ? std::filesystem::path(options.output).stem().string()
          : options.name;
  const std::string text =
      CalibratedSpecText(base, outcome.fit, name, SourceOf(outcome, options));
  ParseDeviceSpec(text, options.output);  // never write what we would refuse
  WriteFile(options.output, std::as_bytes(std::span(text)));
  options.json ? PrintJson(outcome, options) : PrintText(outcome, options);
  return 0;
}

}  // namespace

Action ConfigureCalibrate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--device", options->device,
                 "The spec to begin with, by name or path")
      ->capture_default_str();
  auto* models = app.add_option("MODEL", options->models,
                                "The .tflite files of the profiles");
  auto* from = app.add_option_group("Times");
  from->add_option("--profile", options->profiles,
                   "What 'coralline profile' wrote; one or more");
  from->add_option("--measurements", options->measurements, "A CSV file")
      ->excludes(models);
  from->require_option(1);
  app.add_option("--host-name", options->host_name,
                 "Whose rows to take from a file of two networks");
  app.add_option("--constants", options->constants,
                 "JSON paths to fit, such as /fixed/inference; all by default")
      ->delimiter(',');
  app.add_option("-o,--output", options->output, "The spec to write")
      ->required();
  app.add_option("--name", options->name, "Its name; from the file by default");
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
