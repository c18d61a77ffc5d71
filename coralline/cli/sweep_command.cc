#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "coralline/cli/command.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/progress.h"
#include "coralline/cli/sweep_options.h"
#include "coralline/cli/sweep_page.h"
#include "coralline/cli/sweep_report.h"
#include "coralline/sweep/journal.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Plans every model on every number of devices by every method, with the\n"
    "simulator: which number is worth its price, and what a better cut "
    "brings.\n"
    "Ctrl-C keeps what is finished; with -o the same command, or one with "
    "more\n"
    "models, counts or strategies, plans only what is missing.\n\n"
    "Examples:\n"
    "  coralline sweep model.tflite --device edgetpu-pcie --counts 1-8\n"
    "  coralline sweep resnet50 inception_v3 --counts 1,2,4 --csv\n"
    "  coralline sweep all -o rows.jsonl";

std::vector<SweepRow> Sweep(const SweepCommandOptions& options,
                            const SweepOptions& sweep) {
  const std::vector<SweepModel> models = SweepModelsOf(options.models);
  std::optional<SweepJournal> journal;
  if (!options.output.empty()) {
    journal.emplace(options.output, SweepIdentityOf(options));
  }
  Progress progress(
      "planned", static_cast<std::int64_t>(models.size() * sweep.counts.size() *
                                           sweep.strategies.size()));
  const auto begin = std::chrono::steady_clock::now();
  std::int64_t num_found = 0;
  SweepCallbacks callbacks;
  callbacks.finished = [&](const SweepRow& row, bool was_found,
                           std::int64_t done, std::int64_t of) {
    if (journal && !was_found) journal->Add(row);
    num_found += was_found ? 1 : 0;
    const std::chrono::nanoseconds passed =
        std::chrono::steady_clock::now() - begin;
    progress.Update(done, passed / done * (of - done));
  };
  callbacks.should_stop = [] { return Interrupted().load(); };
  if (journal) {
    callbacks.find = [&journal](const SweptModel& model, int count,
                                Strategy strategy) {
      return journal->Find(model, count, strategy);
    };
  }
  auto rows = RunSweep(models, sweep, callbacks);
  if (journal && journal->num_read() > 0) {
    fmt::print(stderr,
               "{}: {} of its {} rows are of this sweep, {} are new{}\n",
               options.output, num_found, journal->num_read(),
               static_cast<std::int64_t>(rows.size()) - num_found,
               journal->was_torn() ? "; its last line was torn" : "");
  }
  return rows;
}

int Run(const SweepCommandOptions& options) {
  Interrupted();
  CheckFolders(options.report);
  const SweepOptions sweep = SweepOptionsOf(options);
  const std::vector<SweepRow> rows = Sweep(options, sweep);
  const SweepHeading heading{.device = sweep.device.name,
                             .host = options.host,
                             .objective = sweep.plan.objective};
  if (options.csv) {
    fmt::print("{}", SweepCsv(rows, heading));
  } else if (options.json) {
    fmt::print("{}", SweepJson(rows, heading));
  } else {
    fmt::print("{}", SweepText(rows, heading, StdoutTerminal()));
  }
  if (options.report.wanted()) {
    WriteReport(options.report, SweepPage(rows, heading));
  }
  return Interrupted() ? kInterrupted : 0;
}

}  // namespace

Action ConfigureSweep(CLI::App& app) {
  const auto options = std::make_shared<SweepCommandOptions>();
  AddSweepOptions(app, *options);
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
