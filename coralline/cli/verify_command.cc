#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "coralline/base/error.h"
#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/progress.h"
#include "coralline/cli/segment_files.h"
#include "coralline/device/cpu_device.h"
#include "coralline/pipeline/verify.h"
#include "coralline/tflite/reader.h"

namespace coralline::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFooter =
    "Runs the whole model and the pipeline of its segments on the same random\n"
    "inputs and compares every output bit for bit, once for each set of\n"
    "kernels that takes the whole model. Exit status 1 when they differ.\n\n"
    "Example:\n"
    "  coralline verify model.tflite --segments segments --inputs 100";

struct Options {
  std::string model;
  std::string folder;
  std::optional<int> stages;
  std::int64_t inputs = 10;
  std::uint64_t seed = 1;
  bool json = false;
};

struct Check {
  std::string kernels;
  std::string skipped;  // why, when it could not be made
  std::int64_t inputs = 0;
  std::optional<Mismatch> mismatch;
};

std::unique_ptr<Pipeline> LoadPipeline(const Device& device,
                                       const std::vector<Model>& segments,
                                       const Graph& whole) {
  std::vector<std::unique_ptr<Executable>> stages;
  for (const Model& segment : segments) stages.push_back(device.Load(segment));
  return std::make_unique<Pipeline>(std::move(stages), InterfaceOf(whole));
}

Check RunCheck(const Model& model, const std::vector<Model>& segments,
               CpuKernels kernels, const Options& options) {
  const bool is_xnnpack = kernels == CpuKernels::kXnnpack;
  Check check{.kernels = is_xnnpack ? "XNNPACK" : "builtin"};
  const CpuDevice device({}, kernels);
  std::unique_ptr<Executable> whole;
  try {
    whole = device.Load(model);
    if (is_xnnpack && whole->description().find("XNNPACK") == std::string::npos)
      check.skipped = "no signed 8-bit operators";
  } catch (const Error& error) {
    if (!is_xnnpack || error.kind() != ErrorKind::kModel) throw;
    check.skipped = error.what();
  }
  if (!check.skipped.empty()) return check;
  const auto pipeline = LoadPipeline(device, segments, model.graph);
  Progress progress("verifying on " + check.kernels + " kernels: input",
                    options.inputs);
  check.mismatch = FindMismatch(*whole, *pipeline, options.inputs, options.seed,
                                [&](std::int64_t done) {
                                  check.inputs = done;
                                  progress.Update(done);
                                  return !Interrupted();
                                });
  return check;
}

Json CheckJson(const Check& check) {
  if (!check.skipped.empty()) {
    return {{"kernels", check.kernels}, {"skipped", check.skipped}};
  }
  Json json = {{"kernels", check.kernels},
               {"inputs", check.inputs},
               {"bit_exact", !check.mismatch}};
  if (check.mismatch) {
    json["first_difference"] = {{"input", check.mismatch->request},
                                {"tensor", check.mismatch->tensor},
                                {"byte", check.mismatch->byte},
                                {"expected", check.mismatch->expected},
                                {"found", check.mismatch->found}};
  }
  return json;
}

std::string CheckText(const Check& check, std::size_t num_segments) {
  if (!check.skipped.empty()) {
    return fmt::format("{} kernels: skipped, {}", check.kernels, check.skipped);
  }
  if (!check.mismatch) {
    return fmt::format(
        "{} kernels: {} segments equal the whole model bit for bit on {} "
        "random inputs",
        check.kernels, num_segments, check.inputs);
  }
  const Mismatch& m = *check.mismatch;
  return fmt::format(
      "{} kernels: DIFFERENT, first at input {}, output '{}', byte {}: "
      "expected {}, found {}",
      check.kernels, m.request, m.tensor, m.byte, m.expected, m.found);
}

int Verify(const Options& options) {
  Interrupted();
  const Model model = ReadTflite(options.model);
  const auto segments =
      ReadSegments(options.folder, model.name, options.stages);
  std::vector<Check> checks;
  for (const auto kernels : {CpuKernels::kBuiltin, CpuKernels::kXnnpack}) {
    checks.push_back(RunCheck(model, segments, kernels, options));
    if (Interrupted()) break;
  }
  bool exact = true;
  Json json = {{"model", model.name}, {"segments", segments.size()}};
  for (const Check& check : checks) {
    exact = exact && !check.mismatch;
    json["checks"].push_back(CheckJson(check));
    if (!options.json) fmt::print("{}\n", CheckText(check, segments.size()));
  }
  json["bit_exact"] = exact;
  if (options.json) fmt::print("{}\n", json.dump(2));
  if (!exact) return static_cast<int>(ErrorKind::kFailed);
  return Interrupted() ? kInterrupted : 0;
}

}  // namespace

Action ConfigureVerify(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "The whole .tflite file")->required();
  app.add_option("--segments", options->folder,
                 "Folder with NAME_segment_I_of_N.tflite")
      ->required();
  app.add_option("--stages", options->stages,
                 "N, where the folder holds several splits")
      ->check(CLI::PositiveNumber);
  app.add_option("--inputs", options->inputs, "Random inputs to compare")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", options->seed, "Of the random inputs")
      ->capture_default_str();
  app.add_flag("--json", options->json, "Print JSON");
  app.footer(kFooter);
  return [options] { return Verify(*options); };
}

}  // namespace coralline::cli
