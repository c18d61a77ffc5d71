#include "coralline/cli/report_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "coralline/base/error.h"
#include "coralline/chart/figure.h"
#include "coralline/machine/machine.h"

namespace coralline::cli {

void AddReportOptions(CLI::App& app, ReportOptions& options) {
  app.add_option("--report", options.file,
                 "Write a report with charts: one HTML file, for any browser");
  app.add_option("--figures", options.figures,
                 "Write each chart of the report into this folder, as SVG");
}

void CheckFolder(const std::string& path, const char* option) {
  if (path.empty()) return;
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (access(folder.c_str(), W_OK) == 0) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("{} {}: cannot write to folder '{}': {}", option, path,
                  folder.string(), std::generic_category().message(errno)));
}

void CheckFolders(const ReportOptions& options) {
  CheckFolder(options.file, "--report");
  if (!options.file.empty() && std::filesystem::is_directory(options.file)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--report {}: is a folder, expected a file; "
                            "--figures takes a folder",
                            options.file));
  }
  if (options.figures.empty()) return;
  const auto figures =
      ReadFolderFacts(std::filesystem::absolute(options.figures));
  if (figures.error.empty()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--figures {}: cannot write to folder: {}",
                          options.figures, figures.error));
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
