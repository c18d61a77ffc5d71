#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/base/file.h"
#include "coralline/cli/command.h"
#include "coralline/cli/table.h"
#include "coralline/sim/calibration.h"
#include "coralline/validation/published_networks.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Refits the constants of a device spec to times measured on your own host\n"
    "and writes a complete spec. FILE is a series of one-device rows (kind,\n"
    "width,layers,...; rows of quality 'ok' count); or first and warm times "
    "of\n"
    "networks that 'generate' knows, uint8 (model,input,first_inference_ms,"
    "...);\n"
    "or the times of mobilenet_v2_1.0 and inception_v4 on hosts (model,input,\n"
    "...,ms); then --host-name says which host. docs/device-spec.md describes\n"
    "them.\n\n"
    "Example:\n"
    "  coralline calibrate --device edgetpu-pcie --measurements rows.csv \\\n"
    "      -o mine.json";

struct Options {
  std::string device = "edgetpu-pcie";
  std::string measurements;
  std::string host_name;
  std::vector<std::string> constants;
  std::string output;
  std::string name;
  bool json = false;
};

Calibration Fit(const DeviceSpec& spec, const Options& options) {
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

Json ErrorsJson(const CalibrationErrors& errors) {
  return {
      {"median", errors.median}, {"p90", errors.p90}, {"max", errors.maximum}};
}

void PrintJson(const Calibration& result, const Options& options) {
  Json constants = Json::array();
  for (const FittedConstant& constant : result.constants) {
    constants.push_back({{"path", constant.path},
                         {"old", constant.old_value},
                         {"new", constant.new_value},
                         {"standard_error", constant.standard_error},
                         {"is_determined", constant.is_determined}});
  }
  fmt::print("{}\n", Json{{"file", options.output},
                          {"rows", result.num_rows},
                          {"error_before", ErrorsJson(result.before)},
                          {"error_after", ErrorsJson(result.after)},
                          {"constants", constants}}
                         .dump(2));
}

std::string ErrorsText(const CalibrationErrors& errors) {
  return fmt::format("median {:.1f} %, p90 {:.1f} %, max {:.1f} %",
                     100 * errors.median, 100 * errors.p90,
                     100 * errors.maximum);
}

void PrintText(const Calibration& result, const Options& options) {
  Table table({"constant", "old>", "new>", "standard error>"});
  for (const FittedConstant& constant : result.constants) {
    table.AddRow({constant.path, fmt::format("{:.4g}", constant.old_value),
                  fmt::format("{:.4g}", constant.new_value),
                  constant.is_determined
                      ? fmt::format("{:.2g}", constant.standard_error)
                      : "not determined by these rows"});
  }
  fmt::print("{}\n{} rows; error before: {}\nafter: {}\nwrote {}\n",
             table.Format(), result.num_rows, ErrorsText(result.before),
             ErrorsText(result.after), options.output);
}

std::string SourceOf(const Calibration& result, const Options& options) {
  const auto file = std::filesystem::path(options.measurements).filename();
  return fmt::format("fit: {} rows of {}{}", result.num_rows, file.string(),
                     options.host_name.empty()
                         ? ""
                         : fmt::format(", host {}", options.host_name));
}

int Run(const Options& options) {
  const std::string base = ReadDeviceSpecText(options.device);
  const DeviceSpec spec = ParseDeviceSpec(base, options.device);
  const Calibration result = Fit(spec, options);
  const std::string name =
      options.name.empty()
          ? std::filesystem::path(options.output).stem().string()
          : options.name;
  const std::string text =
      CalibratedSpecText(base, result, name, SourceOf(result, options));
  ParseDeviceSpec(text, options.output);  // never write what we would refuse
  WriteFile(options.output, std::as_bytes(std::span(text)));
  options.json ? PrintJson(result, options) : PrintText(result, options);
  return 0;
}

}  // namespace

Action ConfigureCalibrate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--device", options->device,
                 "The spec to begin with, by name or path")
      ->capture_default_str();
  app.add_option("--measurements", options->measurements, "A CSV file")
      ->required();
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
