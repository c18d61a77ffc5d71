#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>

#include "coralline/base/error.h"
#include "coralline/chart/figure.h"
#include "coralline/cli/command.h"
#include "coralline/cli/format.h"
#include "coralline/cli/interrupt.h"
#include "coralline/cli/reproduction.h"
#include "coralline/cli/table.h"
#include "coralline/device/host.h"
#include "coralline/paper/paper_page.h"
#include "coralline/paper/paper_tables.h"

namespace coralline::cli {
namespace {

constexpr const char* kFooter =
    "Runs every experiment of \"Improving inference time in multi-TPU systems "
    "with\n"
    "profiled model segmentation\" (PDP 2023): simulated, emulated in "
    "wall-clock time\n"
    "by our runtime, and the CPU baseline measured on this machine. Writes "
    "each as CSV,\n"
    "figures as SVG, results.json and report.html, with the published figures "
    "beside\n"
    "ours and Coralline's own plans. Takes some minutes. Ctrl-C keeps the "
    "parts that\n"
    "are finished, and the same command goes on.\n\n"
    "Examples:\n"
    "  coralline reproduce\n"
    "  coralline reproduce --only simulated --out simulated\n"
    "  coralline reproduce --only simulated --markdown > docs/paper.md";

std::string TableText(const Chart& chart) {
  const auto& body = std::get<TableChart>(chart.body);
  std::vector<std::string> headings = body.headings;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (body.is_number[i]) headings[i] += '>';
  }
  Table table(std::move(headings));
  for (const auto& row : body.rows) table.AddRow(row);
  std::string text = chart.title + '\n';
  if (!chart.note.empty()) text += chart.note + '\n';
  return text + '\n' + table.Format() + '\n';
}

// What disturbs emulated and measured times.
std::string LoadText() {
  double load = 0;
  if (getloadavg(&load, 1) != 1) return "not known";
  return fmt::format("{:.1f} on {}", load,
                     FormatNumberOf(std::ssize(AvailableCores()), "core"));
}

void PrintText(const ReproduceOptions& options, const paper::Results& results) {
  if (!results.simulated.empty()) {
    const auto points = paper::ComparePoints(results.simulated);
    fmt::print("Simulated on {}, beside the published figures\n\n{}{}",
               results.device,
               TableText(paper::HeadlineTable(results.simulated)),
               TableText(paper::DifferenceTable(points)));
    for (const std::string& paragraph : paper::HeadlineParagraphs()) {
      fmt::print("{}\n", paragraph);
    }
    fmt::print("\n");
  }
  if (!results.emulated.empty()) {
    fmt::print("Emulated\n\n{}",
               TableText(paper::EmulationTable(results.emulated)));
  }
  if (!results.measured.empty()) {
    fmt::print("Measured\n\n{}", TableText(paper::CpuTable(results.measured)));
  } else if (!results.why_not_measured.empty()) {
    fmt::print("{}\n\n", results.why_not_measured);
  }
  if (!results.emulated.empty() || !results.measured.empty()) {
    fmt::print(
        "This machine's load at the end: {}; emulated and measured times "
        "want it idle.\n",
        LoadText());
  }
  if (options.wants("emulated") && !options.all_widths) {
    const paper::Widths widths = options.EmulatedWidths();
    fmt::print(
        "Emulated at {} fully connected and {} convolutional widths; "
        "--all-widths emulates every one of the sweeps.\n",
        widths.fc.size(), widths.conv.size());
  }
  fmt::print(
      "{0}: report.html, results.json, figures as SVG, and every row as "
      "CSV\n",
      options.output);
}

std::vector<Fact> Provenance(const ReproduceOptions& options) {
  std::vector<Fact> facts = {{.label = "command",
                              .value = "coralline reproduce",
                              .note = "",
                              .origin = {}}};
  if (options.wants("emulated") || options.wants("measured")) {
    facts.push_back({.label = "load of the machine at the end",
                     .value = LoadText(),
                     .note = "",
                     .origin = {}});
  }
  for (const auto& [name, value] : IdentityOf(options)) {
    facts.push_back({.label = name, .value = value, .note = "", .origin = {}});
  }
  return facts;
}

// Tables are CSV, and text on the page.
Page WithoutTables(Page page) {
  for (Section& section : page.sections) {
    std::erase_if(section.charts, [](const Chart& chart) {
      return std::holds_alternative<TableChart>(chart.body);
    });
  }
  return page;
}

void WriteResults(const ReproduceOptions& options, const paper::Folder& folder,
                  const paper::Results& results) {
  const Page page = paper::ReportPage(results, Provenance(options));
  folder.Write("results.json", paper::ResultsJson(results));
  WriteFigures(folder.path() / "figures", WithoutTables(page));
  WritePage(folder.path() / "report.html", page);
}

int Run(const ReproduceOptions& options) {
  Interrupted();
  if (options.markdown) {
    if (options.only != std::vector<std::string>{"simulated"}) {
      throw Error(ErrorKind::kUsage,
                  "--markdown: other figures change from run to run; add "
                  "--only simulated");
    }
    fmt::print("{}", paper::PaperMarkdown(SimulateAll(options)));
    return 0;
  }
  const paper::Folder folder(options.output, IdentityOf(options),
                             options.fresh);
  const auto results = MakeParts(options, folder);
  if (!results) {
    fmt::print(stderr,
               "interrupted; {} keeps what is finished, and the same command "
               "goes on\n",
               options.output);
    return kInterrupted;
  }
  WriteResults(options, folder, *results);
  if (options.json) {
    fmt::print("{}", paper::ResultsJson(*results));
  } else {
    PrintText(options, *results);
  }
  return 0;
}

}  // namespace

Action ConfigureReproduce(CLI::App& app) {
  const auto options = std::make_shared<ReproduceOptions>();
  AddReproduceOptions(app, *options);
  app.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace coralline::cli
