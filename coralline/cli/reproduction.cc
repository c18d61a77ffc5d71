#include "coralline/cli/reproduction.h"

#include <fmt/format.h>
#include <unistd.h>

#include <functional>

#include "coralline/base/error.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/progress.h"
#include "coralline/device/cpu_device.h"
#include "coralline/paper/csv.h"
#include "coralline/sim/device_spec.h"

namespace coralline::cli {
namespace {

using paper::CpuRow;
using paper::EmulatedRow;
using paper::Experiment;
using paper::SimulatedRow;

// One file of the folder: makes it where it is missing.
struct Part {
  std::string file;
  /// The file's content; nullopt where it was interrupted.
  std::function<std::optional<std::string>()> make;
};

template <typename Row>
std::optional<std::string> CsvOf(const std::optional<std::vector<Row>>& rows) {
  if (!rows) return std::nullopt;
  return paper::FormatCsv(*rows);
}

template <typename Row>
void ReadRows(const paper::Folder& folder, const std::string& file,
              std::vector<Row>& rows) {
  auto read =
      paper::ParseCsv<Row>(folder.Read(file), (folder.path() / file).string());
  rows.insert(rows.end(), std::make_move_iterator(read.begin()),
              std::make_move_iterator(read.end()));
}

std::string SimulatedFile(const Experiment& experiment) {
  return "simulated/" + experiment.name() + ".csv";
}

std::string EmulatedFile(const Experiment& experiment) {
  return "emulated/" + experiment.name() + ".csv";
}

std::string MeasuredFile(const std::string& kind) {
  return "measured/" + kind + "-cpu.csv";
}

// Those with a width to run.
std::vector<Experiment> ExperimentsWith(const paper::Widths& widths) {
  std::vector<Experiment> all = paper::Experiments();
  std::erase_if(all, [&widths](const Experiment& experiment) {
    return widths.of(experiment.kind).empty();
  });
  return all;
}

std::vector<std::string> CpuKinds(const ReproduceOptions& options) {
  std::vector<std::string> kinds;
  for (const char* kind : {"fc", "conv"}) {
    if (!options.CpuWidths().of(kind).empty()) kinds.emplace_back(kind);
  }
  return kinds;
}

// A sentence where there is no CPU baseline to be had.
std::string WhyNotMeasured() {
  try {
    TfLiteVersion();
    return "";
  } catch (const Error& error) {
    return fmt::format("The CPU was not measured: {}.", error.what());
  }
}

std::vector<Part> PartsOf(const ReproduceOptions& options,
                          const DeviceSpec& spec, bool can_measure) {
  std::vector<Part> parts;
  if (options.wants("simulated")) {
    const paper::Widths widths = options.SimulatedWidths();
    for (const Experiment& experiment : ExperimentsWith(widths)) {
      parts.push_back({SimulatedFile(experiment), [=, &spec] {
                         return CsvOf(std::optional(paper::SimulateExperiment(
                             experiment, spec, widths.of(experiment.kind))));
                       }});
    }
  }
  if (options.wants("measured") && can_measure) {
    for (const std::string& kind : CpuKinds(options)) {
      parts.push_back(
          {MeasuredFile(kind), [=] {
             return CsvOf(paper::MeasureCpu(kind, options.CpuWidths().of(kind),
                                            {.stop = &Interrupted()}));
           }});
    }
  }
  if (options.wants("emulated")) {
    const paper::Widths widths = options.EmulatedWidths();
    for (const Experiment& experiment : ExperimentsWith(widths)) {
      parts.push_back(
          {EmulatedFile(experiment), [=, &spec] {
             return CsvOf(paper::EmulateExperiment(
                 experiment, spec, widths.of(experiment.kind),
                 {.seconds = options.seconds, .stop = &Interrupted()}));
           }});
    }
  }
  return parts;
}

// Returns false where the user interrupted it.
bool Make(const std::vector<Part>& parts, const paper::Folder& folder) {
  const auto total = static_cast<std::int64_t>(parts.size());
  Progress progress("made: part", total);
  const bool is_terminal = isatty(STDERR_FILENO) != 0;
  std::int64_t done = 0;
  for (const Part& part : parts) {
    progress.Update(++done);
    if (folder.Has(part.file)) continue;
    if (Interrupted()) return false;
    const auto content = part.make();
    if (!content) return false;
    folder.Write(part.file, *content);
    if (!is_terminal) {
      fmt::print(stderr, "part {} of {}: {}\n", done, total, part.file);
    }
  }
  return true;
}

}  // namespace

std::optional<paper::Results> MakeParts(const ReproduceOptions& options,
                                        const paper::Folder& folder) {
  const DeviceSpec spec = ReadDeviceSpec(options.device);
  paper::Results results{.device = spec.name};
  if (options.wants("measured")) results.why_not_measured = WhyNotMeasured();
  const bool can_measure = results.why_not_measured.empty();
  if (!Make(PartsOf(options, spec, can_measure), folder)) return std::nullopt;
  if (options.wants("simulated")) {
    for (const auto& experiment : ExperimentsWith(options.SimulatedWidths())) {
      ReadRows(folder, SimulatedFile(experiment), results.simulated);
    }
  }
  if (options.wants("emulated")) {
    for (const auto& experiment : ExperimentsWith(options.EmulatedWidths())) {
      ReadRows(folder, EmulatedFile(experiment), results.emulated);
    }
  }
  if (options.wants("measured") && can_measure) {
    for (const std::string& kind : CpuKinds(options)) {
      ReadRows(folder, MeasuredFile(kind), results.measured);
    }
  }
  return results;
}

paper::Results SimulateAll(const ReproduceOptions& options) {
  const DeviceSpec spec = ReadDeviceSpec(options.device);
  paper::Results results{.device = spec.name};
  const paper::Widths widths = options.SimulatedWidths();
  for (const Experiment& experiment : ExperimentsWith(widths)) {
    for (SimulatedRow& row : paper::SimulateExperiment(
             experiment, spec, widths.of(experiment.kind))) {
      results.simulated.push_back(std::move(row));
    }
  }
  return results;
}

}  // namespace coralline::cli
