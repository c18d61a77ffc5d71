#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "coralline/device/device.h"
#include "coralline/profile/profile.h"
#include "coralline/profile/profile_cache.h"
#include "coralline/tflite/model.h"

namespace coralline {

/// How long to measure a segment. It is measured at least once, whatever these
/// say.
struct ProfilerOptions {
  int warm_up = 3;  ///< inferences after the first that are not counted
  int min_runs = 10;
  int max_runs = 10'000;
  /// Tight enough: the confidence interval is narrower than this share of the
  /// median.
  double target_width = 0.02;
  /// Of one segment, from its first inference on; goes before warm_up and
  /// min_runs.
  std::chrono::nanoseconds budget = std::chrono::seconds(2);
  /// Measures what the cache has too, and replaces it.
  bool remeasure = false;
  /// Ends the work between two inferences once it is true; may be null.
  const std::atomic<bool>* stop = nullptr;
};

/// Loads the segment and repeats inferences of the same random inputs, on a
/// thread of its own as stages have. The origin is kEmulated on an emulated
/// device, else kMeasured. nullopt when it was stopped.
///
/// Throws as ExtractSegment, Device::Load and Executable::Run do.
std::optional<SegmentProfile> MeasureSegment(const Model& model,
                                             const Segment& segment,
                                             const Device& device,
                                             const ProfilerOptions& options);

/// Measures segments of one model on one device, or takes them from the cache.
/// What the cache has is taken however long it was measured; its interval says
/// how good it is. One thread at a time may use it.
class Profiler {
 public:
  /// All but the options must outlive the profiler; `cache` may be null.
  /// Throws as Device::runtime does.
  Profiler(const Model& model, const Device& device,
           const ProfilerOptions& options, ProfileCache* cache);

  /// As MeasureSegment; throws as ProfileCache does too. What was stopped is
  /// not stored.
  std::optional<SegmentProfile> Measure(const Segment& segment);

  /// Whether the options' `stop` is true.
  bool is_stopped() const;
  int num_measured() const { return num_measured_; }
  int num_cached() const { return num_cached_; }

  /// Names the model, the device and the runtime; without segments.
  Profile EmptyProfile() const;

 private:
  const Model& model_;
  const Device& device_;
  ProfilerOptions options_;
  ProfileCache* cache_;
  std::string runtime_;
  int num_measured_ = 0;
  int num_cached_ = 0;
};

struct ProfileProgress {
  int done = 0;
  int total = 0;
  int cached = 0;   ///< of those done
  int refused = 0;  ///< of those done, by the device: Error(kModel)
  /// If nothing more comes from the cache; nullopt until a segment is measured.
  std::optional<std::chrono::nanoseconds> left;
  /// The segment that was just measured; null where it was known or refused.
  const SegmentProfile* measured = nullptr;
};
using ProfileProgressFunction = std::function<void(const ProfileProgress&)>;

/// Measures the segments one after another, until it is stopped, and adds each
/// to the profile at once: what is measured is there whatever happens next.
/// Those that the device refuses are left out. `progress`, which may be empty,
/// is called after each on the calling thread. Throws as Profiler does
/// otherwise, such as Error(kDevice) for a device that is gone.
void ProfileSegments(Profiler& profiler, std::span<const Segment> segments,
                     const ProfileProgressFunction& progress, Profile& profile);

}  // namespace coralline
