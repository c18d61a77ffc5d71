#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coralline/base/histogram.h"
#include "coralline/pipeline/request.h"

namespace coralline {

/// How well an emulated device kept to the simulated time.
struct EmulationStats {
  bool computes = false;  ///< whether the CPU computes the outputs meanwhile
  std::chrono::nanoseconds simulated{0};  ///< of the last inference
  Histogram overshoot;              ///< beyond it, of those that waited for it
  std::int64_t compute_longer = 0;  ///< those that the CPU made longer
};

/// What one device did since the last reset, or since it was deployed.
struct ReplicaStats {
  int device = 0;                         ///< the Deployer's number
  std::string description;                ///< of its Executable
  std::chrono::nanoseconds predicted{0};  ///< Replica::predicted
  Histogram busy;                         ///< time of each inference
  /// From the stage before handing a request on to this thread taking it, of
  /// the requests that it waited for: what the runtime adds.
  Histogram hop;
  std::chrono::nanoseconds waiting{0};      ///< for requests
  std::optional<double> temperature;        ///< degrees Celsius, now
  std::optional<EmulationStats> emulation;  ///< of an emulated device
};

struct StageStats {
  std::vector<ReplicaStats> replicas;
  /// Requests that wait for the stage now.
  int queue = 0;

  /// Of all replicas together.
  Histogram busy() const;
};

enum class EventKind {
  kDeviceFailed,    ///< an inference, or loading a segment
  kDeviceStalled,   ///< an inference took longer than the watchdog allows
  kDeviceReturned,  ///< is used again
  kDeployed,        ///< other stages run now, after a device went or came
  kRebalanced,      ///< other stages run now, after times drifted
  kNoDevice,        ///< what is left cannot run the model
};

/// Something that changed what runs.
struct PipelineEvent {
  std::chrono::nanoseconds at{0};  ///< since the pipeline's start
  EventKind kind = EventKind::kDeployed;
  int device = -1;  ///< -1 where it is about none
  std::string text;
};

/// What became of requests.
struct RequestCounts {
  std::int64_t accepted = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::int64_t expired = 0;
  std::int64_t rerun = 0;  ///< started again elsewhere after a fault
};

/// Since the last reset, but for the stages (see ReplicaStats).
struct PipelineStats : RequestCounts {
  std::vector<StageStats> stages;
  /// Of the whole life of the pipeline, the last 1,000.
  std::vector<PipelineEvent> events;
};

/// One inference of a real run.
struct TraceEvent {
  RequestId request = 0;
  int stage = 0;
  int device = 0;
  /// Since the pipeline's start.
  std::chrono::nanoseconds start{0};
  std::chrono::nanoseconds end{0};
};

}  // namespace coralline
