#include "coralline/machine/finding.h"

#include <fmt/format.h>

#include <algorithm>

namespace coralline {
namespace {

auto Count(const std::vector<Finding>& findings, FindingStatus status) {
  return std::count_if(
      findings.begin(), findings.end(),
      [status](const Finding& finding) { return finding.status == status; });
}

}  // namespace

std::string_view FindingStatusText(FindingStatus status) {
  switch (status) {
    case FindingStatus::kOk:
      return "ok";
    case FindingStatus::kNote:
      return "note";
    case FindingStatus::kWarning:
      return "warning";
    case FindingStatus::kProblem:
      return "problem";
  }
  return "";
}

std::string SummaryText(const std::vector<Finding>& findings) {
  std::string text;
  for (const FindingStatus status :
       {FindingStatus::kProblem, FindingStatus::kWarning,
        FindingStatus::kNote}) {
    const auto count = Count(findings, status);
    if (count == 0) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count,
                        FindingStatusText(status), count == 1 ? "" : "s");
  }
  return text.empty() ? "all is well" : text;
}

bool HasProblem(const std::vector<Finding>& findings) {
  return Count(findings, FindingStatus::kProblem) > 0;
}

}  // namespace coralline
