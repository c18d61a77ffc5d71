#pragma once

#include <string>
#include <vector>

#include "coralline/chart/page.h"
#include "coralline/paper/results.h"

namespace coralline::paper {

/// What is known of the two headline figures of the paper: which file says
/// what. Paragraphs of plain text.
std::vector<std::string> HeadlineParagraphs();

/// The report of a reproduction; `provenance` goes to its end.
Page ReportPage(const Results& results, std::vector<Fact> provenance);

/// docs/paper.md: the simulated figures, which are the same wherever they are
/// made.
std::string PaperMarkdown(const Results& results);

}  // namespace coralline::paper
