#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/trace/chrome_trace.h"

namespace coralline {

/// A request on one device of a stage. One that starts again after a fault
/// visits a stage twice.
struct TracedVisit {
  using Time = ChromeTrace::Time;

  std::int64_t request = 0;
  int stage = 0;
  int lane = 0;  ///< its track's place among all lanes
  Time begin{0};
  Time end{0};
  /// Until the device took the next one, where it could not hand on at once.
  std::optional<Time> blocked_until;
  /// Since when it waited for the device; nullopt where that is not known.
  std::optional<Time> queued;
};

/// The layout that all our traces share.
struct RequestTrace {
  std::string process;              ///< what the names of processes begin with
  std::string origin;               ///< what they end with: "simulated", ...
  std::vector<std::string> lanes;   ///< names, a device of a stage each
  std::vector<std::string> queues;  ///< names, by stage; empty: not known
};

/// The name of a group of tracks: "net: stages, simulated".
std::string ProcessName(const RequestTrace& layout, std::string_view what);

/// Adds a track for each lane with the requests on it, a flow from slice to
/// slice of each request, and a counter for each queue. Visits to a lane do not
/// overlap. A queue counts the requests that get to their device within the
/// visits given, so that each counter ends at zero. Takes the visits in any
/// order.
///
/// Waits have no slices of their own: several requests wait in one queue at a
/// time, and a flow's arrow is as long as the wait.
void AddRequests(ChromeTrace& trace, const RequestTrace& layout,
                 std::vector<TracedVisit> visits);

/// Sorts by begin and leaves the first ones. Returns whether there were more.
bool KeepFirst(std::vector<TracedVisit>& visits, std::size_t count);

}  // namespace coralline
