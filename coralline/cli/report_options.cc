#include "coralline/cli/report_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "coralline/base/error.h"
#include "coralline/chart/figure.h"
#include "coralline/machine/machine.h"

namespace coralline::cli {
namespace {

// It is made where it is missing.
void CheckIsWritable(const std::filesystem::path& folder,
                     const std::string& path, const char* option) {
  const auto facts = ReadFolderFacts(folder);
  if (facts.error.empty()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} {}: cannot write to folder '{}': {}", option,
                          path, folder.string(), facts.error));
}

}  // namespace

void AddReportOptions(CLI::App& app, ReportOptions& options) {
  app.add_option("--report", options.file,
                 "Write a report with charts: one HTML file, for any browser");
  app.add_option("--figures", options.figures,
                 "Write each chart of the report into this folder, as SVG");
}

void CheckFolder(const std::string& path, const char* option) {
  if (path.empty()) return;
  if (std::filesystem::is_directory(path)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} {}: is a folder, expected a file", option, path));
  }
  CheckIsWritable(std::filesystem::absolute(path).parent_path(), path, option);
}

void CheckFolders(const ReportOptions& options) {
  CheckFolder(options.file, "--report");
  if (options.figures.empty()) return;
  CheckIsWritable(std::filesystem::absolute(options.figures), options.figures,
                  "--figures");
}

void WriteReport(const ReportOptions& options, const Page& page) {
  if (!options.file.empty()) {
    WritePage(options.file, page);
    fmt::print(stderr, "report: {}\n", options.file);
  }
  if (options.figures.empty()) return;
  WriteFigures(options.figures, page);
  fmt::print(stderr, "figures: {}\n", options.figures);
}

}  // namespace coralline::cli
