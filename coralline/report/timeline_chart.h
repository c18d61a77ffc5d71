#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "coralline/chart/chart.h"
#include "coralline/pipeline/stats.h"
#include "coralline/report/charted_stage.h"
#include "coralline/sim/schedule.h"

namespace coralline {

/// One request on one device.
struct StageSpan {
  int track = 0;
  int stage = 0;
  std::int64_t request = 0;
  double begin_ms = 0;
  double end_ms = 0;

  bool operator==(const StageSpan&) const = default;
};

/// What the devices of a pipeline did when.
struct Course {
  Origin origin = Origin::kSimulated;
  std::vector<std::string> tracks;  ///< one for each device
  std::vector<StageSpan> spans;     ///< by their begin
  /// The end is missing, for want of room in what it was recorded to.
  bool is_cut = false;
};

/// Of a schedule with its timeline. The steps of a request on a device are one
/// span, from the first one's begin: waits between them are inside.
Course CourseOf(const Schedule& schedule,
                const std::vector<ChartedStage>& stages);

/// Of what a pipeline recorded, from request `first` on. `names` has a name for
/// each device by number.
Course CourseOf(std::span<const TraceEvent> trace, RequestId first,
                const std::map<int, std::string>& names, Origin origin);

/// A Gantt chart; of a long course two, of its begin and its end. Times count
/// from the first span of each. The pipeline fills until its last stage begins
/// its first request, and drains once its first stage has ended its last.
/// Requires a span.
std::vector<Chart> TimelineCharts(const Course& course);

}  // namespace coralline
