#include "coralline/sim/pipeline_cost.h"

namespace coralline {

std::vector<ScheduledStage> StagesOf(std::span<const SegmentCost> segments,
                                     const HostModel& host, bool with_upload) {
  constexpr int kHost = 0;
  std::vector<ScheduledStage> stages;
  for (const SegmentCost& segment : segments) {
    const double warm = segment.warm_ms();
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
  const Schedule schedule =
      SimulateSchedule(StagesOf(segments, host, with_upload),
                       {.requests = batch, .num_resources = 1});
  return schedule.makespan_ms() / batch;
}

}  // namespace coralline
