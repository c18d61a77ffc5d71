#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coralline {

enum class FindingStatus {
  kOk,
  kNote,     ///< good to know; nothing has to be done
  kWarning,  ///< works, but slower or not for long
  kProblem,  ///< keeps a device or a library from working
};

/// "ok", "note", "warning", "problem".
std::string_view FindingStatusText(FindingStatus status);

/// What a check of the machine came to.
struct Finding {
  std::string check;  ///< "driver"; docs/doctor.md explains each
  std::string
      device;  ///< "edgetpu:pci:0" or "0000:01:00.0"; empty: no device's
  FindingStatus status = FindingStatus::kOk;
  std::string found;    ///< in one line
  std::string way_out;  ///< empty where there is nothing to do

  bool operator==(const Finding&) const = default;
};

/// "2 problems, 1 warning, 3 notes", "all is well".
std::string SummaryText(const std::vector<Finding>& findings);

bool HasProblem(const std::vector<Finding>& findings);

}  // namespace coralline
