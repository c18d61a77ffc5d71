#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coralline/base/origin.h"
#include "coralline/graph/segment.h"

namespace coralline {

/// What one inference of a segment takes on one device.
struct SegmentProfile {
  Segment segment;
  /// Median of warm inferences, above zero.
  std::chrono::nanoseconds latency{0};
  /// Its 95 % confidence interval; equal to `latency` where nothing varies.
  std::chrono::nanoseconds low{0};
  std::chrono::nanoseconds high{0};
  /// The first inference after loading, which uploads parameters unless loading
  /// did; 0 if unknown.
  std::chrono::nanoseconds first{0};
  /// Warm inferences; 0 where none was run.
  int runs = 0;
  Origin origin = Origin::kMeasured;
  /// DriftOf the warm inferences, a share; 0 where none was told.
  double drift = 0;
  /// Of the device before the first inference and after the last, in degrees
  /// Celsius; nullopt where it does not tell.
  std::optional<double> start_celsius = std::nullopt;
  std::optional<double> end_celsius = std::nullopt;

  bool operator==(const SegmentProfile&) const = default;
};

/// Costs of segments of one model on one device. A segment that is absent has
/// not been asked for, or does not run there.
struct Profile {
  std::string model;
  std::string model_hash;  ///< HashModel; empty where the file is not at hand
  std::string device;
  std::string runtime;  ///< Device::runtime, or what it would be
  /// Sorted by ops, each segment once.
  std::vector<SegmentProfile> segments;

  /// False, and nothing is done, where the segment is there already.
  bool Add(SegmentProfile segment);
  /// Null where the segment is absent. O(log of the number of segments).
  const SegmentProfile* Find(std::span<const int> ops) const;

  bool operator==(const Profile&) const = default;
};

/// The JSON text of a profile, one segment per line; docs/profile.md describes
/// it. ParseProfile reads it back without a loss.
std::string FormatProfile(const Profile& profile);

/// Throws Error(kUsage) that gives the JSON path at fault, what was expected
/// and what was found; `file` is for messages.
Profile ParseProfile(std::string_view json, const std::string& file);

/// The same from a file. Throws Error(kModel) too, when it cannot be read.
Profile ReadProfile(const std::filesystem::path& path);

}  // namespace coralline
