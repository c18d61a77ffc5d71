#include "coralline/planning/profile_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <random>
#include <utility>

#include "coralline/base/check.h"
#include "coralline/base/error.h"
#include "coralline/sim/operator_support.h"
#include "coralline/tflite/bias.h"

namespace coralline {
namespace {

using Rows = std::vector<TimedSegment>;

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

// Of each op, whether the accelerator runs it.
std::vector<bool> MappedOps(const Graph& graph) {
  std::vector<bool> mapped;
  for (const Op& op : graph.ops) {
    mapped.push_back(CheckOp(graph, op).is_mapped());
  }
  return mapped;
}

// The rows of all profiles, and what they point to.
class AllRows {
 public:
  AllRows(const DeviceSpec& spec, std::span<const ProfiledModel> profiles) {
    for (const ProfiledModel& profiled : profiles) {
      const Model& model = *profiled.model;
      layers_.push_back(MakeLayers(model.graph, spec, OpsWithBias(model)));
      const std::vector<bool> mapped = MappedOps(model.graph);
      for (const SegmentProfile& segment : profiled.profile->segments) {
        CheckSegment(model.graph, segment.segment);
        Add(model.graph, mapped, segment);
      }
    }
  }

  const Rows& warm() const { return warm_; }    // of each segment
  const Rows& first() const { return first_; }  // where known
  int num_left_out() const { return num_left_out_; }

 private:
  void Add(const Graph& graph, const std::vector<bool>& mapped,
           const SegmentProfile& profile) {
    const std::vector<int>& ops = profile.segment.ops;
    if (!std::all_of(ops.begin(), ops.end(),
                     [&](int op) { return mapped[op]; })) {
      ++num_left_out_;
      return;
    }
    TimedSegment row{.graph = &graph,
                     .layers = &layers_.back(),
                     .segment = profile.segment,
                     .ms = Milliseconds(profile.latency)};
    warm_.push_back(row);
    if (profile.first.count() == 0) return;
    row.ms = Milliseconds(profile.first);
    row.is_first = true;
    first_.push_back(row);
  }

  std::deque<std::vector<Layer>> layers_;
  Rows warm_;
  Rows first_;
  int num_left_out_ = 0;
};

// std::shuffle differs between libraries.
void Shuffle(Rows& rows) {
  std::mt19937 random(1);
  for (std::size_t i = rows.size(); i > 1; --i) {
    std::swap(rows[i - 1], rows[random() % i]);
  }
}

// Those of the paths, or of all constants, that warm or first times tell.
std::vector<std::string> Chosen(const std::vector<std::string>& paths,
                                bool is_first) {
  std::vector<std::string> all = paths;
  if (paths.empty()) {
    for (const SpecConstant& constant : SpecConstants()) {
      all.emplace_back(constant.path);
    }
  }
  std::erase_if(all, [is_first](const std::string& path) {
    const bool is_upload =
        path == "/fixed/upload" || path == "/link/upload_rate";
    return is_upload != is_first;
  });
  return all;
}

Calibration FitTo(const DeviceSpec& spec, std::span<const TimedSegment> rows,
                  const std::vector<std::string>& paths) {
  if (!paths.empty()) return CalibrateToSegments(spec, rows, paths);
  const CalibrationErrors errors = ErrorsOf(spec, rows);
  return {.spec = spec,
          .num_rows = static_cast<int>(rows.size()),
          .before = errors,
          .after = errors};
}

// Adds what first times tell to what warm ones do.
void AddFirst(const Rows& first, const std::vector<std::string>& paths,
              ProfileCalibration& result) {
  if (first.empty()) return;
  const Calibration uploads = FitTo(result.fit.spec, first, paths);
  result.first = uploads.after;
  result.fit.spec = uploads.spec;
  result.fit.num_rows += uploads.num_rows;
  result.fit.constants.insert(result.fit.constants.end(),
                              uploads.constants.begin(),
                              uploads.constants.end());
}

void AddHeldOut(const DeviceSpec& spec, Rows warm,
                const std::vector<std::string>& paths,
                ProfileCalibration& result) {
  Shuffle(warm);
  const std::span all(warm);
  const std::size_t half = all.size() / 2;
  result.held_out =
      ErrorsOf(FitTo(spec, all.first(half), paths).spec, all.subspan(half));
  constexpr double kLeast = 0.001;  // of a spec, 0 means not known
  result.fit.relative_error = std::max(kLeast, result.held_out.p90);
  result.fit.spec.relative_error = *result.fit.relative_error;
  result.fit.spec.absolute_error_ms = 0;
}

}  // namespace

ProfileCalibration CalibrateToProfiles(const DeviceSpec& spec,
                                       std::span<const ProfiledModel> profiles,
                                       const std::vector<std::string>& paths) {
  CORALLINE_CHECK(!profiles.empty());
  CheckSameDevice(profiles);
  const AllRows rows(spec, profiles);
  ProfileCalibration result{
      .num_segments = static_cast<int>(rows.warm().size()),
      .num_left_out = rows.num_left_out()};
  if (result.num_segments < kLeastSegments) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} segments to calibrate with, {} or more are "
                            "needed; measure more with 'coralline profile "
                            "--sample 60', or give profiles of more models",
                            result.num_segments, kLeastSegments));
  }
  const auto warm_paths = Chosen(paths, false);
  result.fit = FitTo(spec, rows.warm(), warm_paths);
  AddFirst(rows.first(), Chosen(paths, true), result);
  AddHeldOut(spec, rows.warm(), warm_paths, result);
  return result;
}

}  // namespace coralline
