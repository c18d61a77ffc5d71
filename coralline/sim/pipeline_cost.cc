#include "coralline/sim/pipeline_cost.h"

#include <algorithm>

#include "coralline/base/check.h"

namespace coralline {

std::optional<HostModel> FindHost(std::string_view name) {
  for (const HostModel& host : {kNativeHost, kPythonHost, kPycoralHost}) {
    if (host.name == name) return host;
  }
  return std::nullopt;
}

HostModel FastestMode(const HostModel& host) {
  HostModel mode = host;
  mode.copy_share_shift -= host.copy_share_spread;
  mode.serialised_ms *= 1 - host.serialised_spread;
  return mode;
}

HostModel SlowestMode(const HostModel& host) {
  HostModel mode = host;
  mode.copy_share_shift += host.copy_share_spread;
  mode.serialised_ms *= 1 + host.serialised_spread;
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

namespace {

constexpr int kHost = 0;
constexpr int kFirstLink = 1;

bool IsDevice(const SegmentCost& segment) {
  return segment.instructions_ms > 0 || segment.input_ms > 0;
}

Step MakeStep(StepKind kind, double ms, int resource = Step::kOwn) {
  return {.resource = resource, .ms = ms, .kind = static_cast<int>(kind)};
}

// The device's and the host's own time of an inference, and what the link
// carries before and after; without a shared link all of it in one step.
std::vector<Step> StepsOf(const SegmentCost& segment, double host_ms,
                          std::optional<int> link) {
  if (!link) {
    return {MakeStep(StepKind::kInference, segment.warm_ms() + host_ms)};
  }
  const double to_device =
      segment.instructions_ms + segment.input_ms + segment.streaming_ms;
  return {
      MakeStep(StepKind::kToDevice, to_device, *link),
      MakeStep(StepKind::kCompute, segment.fixed_ms + segment.compute_ms),
      MakeStep(StepKind::kOutput, segment.output_ms, *link),
      MakeStep(StepKind::kHandOff, segment.relayout_ms + host_ms),
  };
}

}  // namespace

std::vector<ScheduledStage> StagesOf(std::span<const SegmentCost> segments,
                                     const HostModel& host,
                                     const BatchOptions& options) {
  std::vector<ScheduledStage> stages;
  int device = 0;
  for (const SegmentCost& segment : segments) {
    std::optional<int> link;
    if (!options.links.empty()) {
      const int shared = options.links[stages.size()];
      if (shared >= 0) link = kFirstLink + shared;
    } else if (options.devices_per_link > 1 && IsDevice(segment)) {
      link = kFirstLink + device++ / options.devices_per_link;
    }
    const double copy = CopyMs(segment, host, segments.size());
    const double wake_up =
        segment.warm_ms() >= host.wake_up_from_ms ? host.wake_up_ms : 0;
    ScheduledStage stage{.steps = StepsOf(segment, copy + wake_up, link)};
    if (!options.replicas.empty()) {
      stage.replicas = options.replicas[stages.size()];
    }
    if (host.serialised_ms > 0) {
      const Step half =
          MakeStep(StepKind::kHostLock, host.serialised_ms / 2, kHost);
      stage.steps.insert(stage.steps.begin(), half);
      stage.steps.push_back(half);
    }
    if (options.with_upload) {
      stage.first_steps = {MakeStep(StepKind::kUpload, segment.upload_ms,
                                    link.value_or(Step::kOwn))};
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

namespace {

std::vector<StepPart> AllPartsOf(const SegmentCost& segment, StepKind kind) {
  const StepPart instructions{"instructions", segment.instructions_ms};
  const StepPart input{"input", segment.input_ms};
  const StepPart streaming{"streaming", segment.streaming_ms};
  const StepPart overhead{"overhead", segment.fixed_ms};
  const StepPart compute{"compute", segment.compute_ms};
  const StepPart output{"output", segment.output_ms};
  const StepPart relayout{"change of layout", segment.relayout_ms};
  switch (kind) {
    case StepKind::kInference:
      return {instructions, input,  streaming, overhead,
              compute,      output, relayout};
    case StepKind::kToDevice:
      return {instructions, input, streaming};
    case StepKind::kCompute:
      return {overhead, compute};
    case StepKind::kOutput:
      return {output};
    case StepKind::kHandOff:
      return {relayout};
    case StepKind::kHostLock:
    case StepKind::kUpload:
      return {};
  }
  CORALLINE_CHECK(false);
}

// What a step has beyond the segment's parts.
std::string_view RestOf(StepKind kind) {
  if (kind == StepKind::kUpload) return "upload";
  return kind == StepKind::kHostLock ? "host lock" : "hand-off";
}

}  // namespace

std::vector<StepPart> PartsOf(const SegmentCost& segment, const Step& step) {
  const auto kind = static_cast<StepKind>(step.kind);
  std::vector<StepPart> parts = AllPartsOf(segment, kind);
  double rest = step.ms;
  for (const StepPart& part : parts) rest -= part.ms;
  // Beyond rounding.
  if (rest > step.ms * 1e-9) parts.push_back({RestOf(kind), rest});
  std::erase_if(parts, [](const StepPart& part) { return part.ms <= 0; });
  return parts;
}

Schedule ScheduleBatch(std::span<const SegmentCost> segments,
                       const HostModel& host, const BatchOptions& options) {
  HostModel own = host;
  if (options.batch == 1) own.copy_ms_per_byte = 0;
  // No more links than devices, unless they are numbered otherwise.
  int resources = kFirstLink + static_cast<int>(segments.size());
  for (const int link : options.links) {
    resources = std::max(resources, kFirstLink + link + 1);
  }
  return SimulateSchedule(StagesOf(segments, own, options),
                          {.requests = options.batch,
                           .num_resources = resources,
                           .keep_timeline = options.keep_timeline});
}

double MsPerInference(std::span<const SegmentCost> segments,
                      const HostModel& host, int batch, bool with_upload) {
  return ScheduleBatch(segments, host,
                       {.batch = batch, .with_upload = with_upload})
             .makespan_ms() /
         batch;
}

}  // namespace coralline
