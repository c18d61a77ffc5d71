#include "coralline/sim/pipeline_cost.h"

#include <algorithm>

namespace coralline {

HostModel FastestMode(const HostModel& host) {
  HostModel mode = host;
  mode.copy_share_shift -= host.copy_share_spread;
  return mode;
}

HostModel SlowestMode(const HostModel& host) {
  HostModel mode = host;
  mode.copy_share_shift += host.copy_share_spread;
  return mode;
}

double CopyMs(const SegmentCost& segment, const HostModel& host,
              std::size_t num_stages) {
  if (num_stages < 2) return 0;
  const double further = static_cast<double>(num_stages - 2);
  const double share =
      std::max(0.0, 1 - host.copy_relief * further) + host.copy_share_shift;
  return std::max(0.0, share) * host.copy_ms_per_byte *
         static_cast<double>(segment.large_bytes);
}

std::vector<ScheduledStage> StagesOf(std::span<const SegmentCost> segments,
                                     const HostModel& host, bool with_upload) {
  constexpr int kHost = 0;
  std::vector<ScheduledStage> stages;
  for (const SegmentCost& segment : segments) {
    const double warm =
        segment.warm_ms() + CopyMs(segment, host, segments.size());
    const double wake_up = warm >= host.wake_up_from_ms ? host.wake_up_ms : 0;
    ScheduledStage stage{.steps = {{.ms = warm + wake_up}}};
    if (host.serialised_ms > 0) {
      const Step half{.resource = kHost, .ms = host.serialised_ms / 2};
      stage.steps = {half, stage.steps[0], half};
    }
    if (with_upload) stage.first_steps = {{.ms = segment.upload_ms}};
    stages.push_back(std::move(stage));
  }
  return stages;
}

double MsPerInference(std::span<const SegmentCost> segments,
                      const HostModel& host, int batch, bool with_upload) {
  HostModel own = host;
  if (batch == 1) own.copy_ms_per_byte = 0;
  const Schedule schedule =
      SimulateSchedule(StagesOf(segments, own, with_upload),
                       {.requests = batch, .num_resources = 1});
  return schedule.makespan_ms() / batch;
}

}  // namespace coralline
