#pragma once

#include <cstdint>
#include <vector>

namespace coralline {

/// A part of one inference. While it runs it holds its resource, one step at a
/// time, first come, first served: a link that several devices share, or an
/// interpreter that only one thread of the host may enter. kOwn is a resource
/// of the device alone, which is never waited for.
struct Step {
  static constexpr int kOwn = -1;
  int resource = kOwn;
  double ms = 0;
  int kind = 0;  ///< whatever the caller wants to know it by
};

/// One stage: so many devices run the same segment and take requests in turn.
struct ScheduledStage {
  std::vector<Step> steps;  ///< of one inference, in order
  int replicas = 1;
  /// Beside its first inference each device spends this on loading.
  std::vector<Step> first_steps;
};

/// What goes through the pipeline. All requests are there at the start, and
/// enter as the first queue has room.
struct ScheduleOptions {
  int requests = 1;
  /// Requests that may wait before each stage.
  int queue_capacity = 8;
  int num_resources = 0;
  bool keep_timeline = false;
};

/// A step of one request on one device, in virtual time.
struct TimelineEntry {
  int stage = 0;
  int replica = 0;
  int request = 0;
  int step = 0;  ///< counts first_steps, where they ran, and then steps
  double begin_ms = 0;
  double end_ms = 0;
};

/// A request at one stage, in virtual time.
struct StageVisit {
  int stage = 0;
  int replica = 0;
  int request = 0;
  double queued_ms = 0;    ///< into the queue before the stage
  double taken_ms = 0;     ///< by the device
  double finished_ms = 0;  ///< its last step
  double left_ms = 0;      ///< into the next queue, or the pipeline
};

/// The simulated course of a batch.
struct Schedule {
  std::vector<double> entered_ms;   ///< of each request, into the first queue
  std::vector<double> finished_ms;  ///< in the order of the requests
  std::vector<double> resource_busy_ms;
  /// Time in which the devices of each stage hold a request's steps, waiting
  /// for shared resources included, and in which they wait to hand it on.
  std::vector<double> stage_busy_ms;
  std::vector<double> stage_blocked_ms;
  /// These three only with keep_timeline.
  std::vector<TimelineEntry> timeline;  ///< in the order of the ends
  std::vector<StageVisit> visits;       ///< in the order of leaving
  std::vector<ScheduledStage> stages;   ///< as they were given

  /// What an entry of the timeline is a run of.
  const Step& StepOf(const TimelineEntry& entry) const;
  double makespan_ms() const { return finished_ms.back(); }
};

/// Simulates the pipeline event by event; results leave every stage in order.
/// Deterministic. Requires a stage, a replica and a step of each, a request,
/// room for one, and resources below num_resources.
Schedule SimulateSchedule(const std::vector<ScheduledStage>& stages,
                          const ScheduleOptions& options);

}  // namespace coralline
