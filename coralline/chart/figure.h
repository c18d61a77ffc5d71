#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coralline/chart/page.h"

namespace coralline {

struct FigureSize {
  int width = 860;
  int height = 0;  ///< 0: as the chart needs
};

/// Draws a chart as SVG, with the script that draws it in a page: the same
/// bytes for the same chart. A table becomes a picture of text. Takes 0.2 s, of
/// which most is starting the script.
std::string FigureSvg(const Chart& chart, const FigureSize& size = {});

/// Writes FOLDER/ID.svg for each chart of the page, all of them or none, and
/// creates the folder. Throws Error(kFailed).
void WriteFigures(const std::filesystem::path& folder, const Page& page);

}  // namespace coralline
