#pragma once

#include <string>

#include "coralline/chart/page.h"

namespace CLI {
class App;
}

namespace coralline::cli {

/// Where a command writes what it found, for people: --report and --figures.
struct ReportOptions {
  std::string file;     ///< one HTML file; empty: none
  std::string figures;  ///< a folder of SVG files; empty: none

  bool wanted() const { return !file.empty() || !figures.empty(); }
};

/// `app` may be a group of a command's options.
void AddReportOptions(CLI::App& app, ReportOptions& options);

/// Before work whose result would be lost. Throws Error(kUsage) where a file
/// cannot be made in the folder of the path, which may be empty.
void CheckFolder(const std::string& path, const char* option);

/// The same of the report's file and folder of figures.
void CheckFolders(const ReportOptions& options);

/// Writes what is wanted of the page, and says so on stderr. Throws
/// Error(kFailed).
void WriteReport(const ReportOptions& options, const Page& page);

}  // namespace coralline::cli
