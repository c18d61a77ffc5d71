#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "coralline/chart/chart.h"

namespace coralline {

/// One figure or word that a reader looks for first.
struct Fact {
  std::string label;
  std::string value;
  std::string note;  ///< may be empty
  std::optional<Origin> origin;
};

struct Section {
  std::string title;
  std::string text;  ///< plain; an empty line parts paragraphs
  std::vector<Chart> charts;
};

/// A report: what a command found, for people.
struct Page {
  std::string title;
  std::string subtitle;
  std::vector<Fact> facts;
  std::vector<Section> sections;
  /// How it was made: command, versions, machine.
  std::vector<Fact> provenance;
};

/// As JSON, in one object.
std::string PageJson(const Page& page);

/// One HTML file that needs nothing else: no network, script and style inside.
/// Any text of the page is shown as text.
std::string PageHtml(const Page& page);

/// Throws Error(kFailed); then nothing is left behind.
void WritePage(const std::filesystem::path& path, const Page& page);

}  // namespace coralline
