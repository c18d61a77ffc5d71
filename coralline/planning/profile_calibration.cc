#include "coralline/planning/profile_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/sim/operator_support.h"
#include "coralline/tflite/bias.h"
#include "coralline/tflite/writer.h"

namespace coralline {
namespace {

// The rows of each segment.
using Rows = std::vector<TimedNetwork>;

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void CheckSameDevice(std::span<const ProfiledModel> profiles) {
  const Profile& one = *profiles.front().profile;
  for (const ProfiledModel& other : profiles) {
    const Profile& two = *other.profile;
    if (two.device == one.device && two.runtime == one.runtime) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("the profiles of '{}' and '{}' are of different "
                            "devices, {} ({}) and {} ({}); calibrate to one",
                            one.model, two.model, one.device, one.runtime,
                            two.device, two.runtime));
  }
}

bool IsMapped(const Graph& graph) {
  const auto mappings = MapOps(graph);
  return std::all_of(mappings.begin(), mappings.end(),
                     [](const OpMapping& op) { return op.is_mapped(); });
}

// None where the accelerator does not run all of it.
Rows RowsOf(const Model& model, const SegmentProfile& segment) {
  const Model part = ExtractSegment(model, segment.segment);
  if (!IsMapped(part.graph)) return {};
  Rows rows{{.graph = part.graph,
             .has_bias = OpsWithBias(part),
             .ms = Milliseconds(segment.latency)}};
  if (segment.first.count() > 0) {
    rows.push_back(rows.front());
    rows.back().ms = Milliseconds(segment.first);
    rows.back().is_first = true;
  }
  return rows;
}

Rows Joined(std::span<const Rows> segments) {
  Rows all;
  for (const Rows& rows : segments) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

// std::shuffle differs between libraries.
void Shuffle(std::vector<Rows>& segments) {
  std::mt19937 random(1);
  for (std::size_t i = segments.size(); i > 1; --i) {
    std::swap(segments[i - 1], segments[random() % i]);
  }
}

}  // namespace

ProfileCalibration CalibrateToProfiles(const DeviceSpec& spec,
                                       std::span<const ProfiledModel> profiles,
                                       const std::vector<std::string>& paths) {
  CORALLINE_CHECK(!profiles.empty());
  CheckSameDevice(profiles);
  ProfileCalibration result;
  std::vector<Rows> segments;
  for (const ProfiledModel& profiled : profiles) {
    for (const SegmentProfile& segment : profiled.profile->segments) {
      Rows rows = RowsOf(*profiled.model, segment);
      if (rows.empty()) {
        ++result.num_left_out;
      } else {
        segments.push_back(std::move(rows));
      }
    }
  }
  result.num_segments = static_cast<int>(segments.size());
  if (result.num_segments < kLeastSegments) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} segments to calibrate with, {} or more are "
                            "needed; measure more with 'coralline profile "
                            "--sample 60', or give profiles of more models",
                            result.num_segments, kLeastSegments));
  }
  result.fit = CalibrateToTimes(spec, Joined(segments), paths);
  Shuffle(segments);
  const std::span all(segments);
  const Calibration half =
      CalibrateToTimes(spec, Joined(all.first(all.size() / 2)), paths);
  result.held_out = ErrorsOf(half.spec, Joined(all.subspan(all.size() / 2)));
  return result;
}

}  // namespace coralline
